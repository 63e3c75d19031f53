/* Replays a corpus folder through a fuzz target, under any compiler. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes;
	long size;
	size_t n;

	if (file == NULL)
		return -1;
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	/* Exactly sized, so that a sanitizer sees a read past the end. */
	bytes = malloc(size > 0 ? (size_t)size : 1);
	if (bytes == NULL || size < 0) {
		fclose(file);
		return -1;
	}
	n = fread(bytes, 1, (size_t)size, file);
	fclose(file);
	LLVMFuzzerTestOneInput(bytes, n);
	free(bytes);
	return 0;
}

int
main(int argc, char **argv)
{
	size_t n_replayed = 0;

	for (int i = 1; i < argc; i++) {
		DIR *folder = opendir(argv[i]);
		struct dirent *entry;

		if (folder == NULL) {
			fprintf(stderr, "replay: no folder %s\n", argv[i]);
			return 1;
		}
		while ((entry = readdir(folder)) != NULL) {
			char path[4096];

			if (entry->d_name[0] == '.')
				continue;
			snprintf(path, sizeof(path), "%s/%s", argv[i],
			    entry->d_name);
			if (replay(path) < 0) {
				fprintf(stderr, "replay: %s: unreadable\n", path);
				closedir(folder);
				return 1;
			}
			n_replayed++;
		}
		closedir(folder);
	}
	printf("%zu inputs replayed\n", n_replayed);
	return n_replayed > 0 ? 0 : 1;
}
