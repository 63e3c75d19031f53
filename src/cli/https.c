/* A client of a holder's API; see https.h. */
#include "cli/https.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/response.h"
#include "config/config.h"
#include "util/diag.h"

/* Where the server is and the files that say who asks. */
struct place {
	const char *server;
	const char *cert;
	const char *key;
	const char *ca;
};

static const char *
setting(const struct cli *cli, const char *option, const char *variable)
{
	const char *text = option_get(&cli->options, option);

	return text != NULL ? text : getenv(variable);
}

/* The files of a requester in a holder's directory, and its port. */
static int
place_in_dir(struct cli *cli, struct place *place)
{
	const char *as = option_get(&cli->options, "as");
	const char *dir = as != NULL ? setting(cli, "dir", "STILE_DIR")
				     : option_get(&cli->options, "dir");
	struct config config = { 0 };
	struct diag_list diags;
	int r;

	if (dir == NULL)
		return VERB_OK;
	diag_init(&diags, &cli->arena, str_of(dir), (struct str){ 0 });
	r = config_load(&config, &diags, dir);
	if (r != 0) {
		config_fini(&config);
		return r < 0 ? verb_fault(cli, r, dir)
			     : verb_diags(cli, VERB_CANNOT, &diags);
	}
	if (place->server == NULL)
		place->server = arena_format(&cli->arena,
		    "https://localhost:%lld",
		    (long long)config.listen.port).p;
	config_fini(&config);
	if (place->ca == NULL)
		place->ca = arena_format(&cli->arena, "%s/tls/ca.crt", dir).p;
	if (as != NULL && place->cert == NULL)
		place->cert = arena_format(&cli->arena, "%s/clients/%s.crt",
		    dir, as).p;
	if (as != NULL && place->key == NULL)
		place->key = arena_format(&cli->arena, "%s/clients/%s.key",
		    dir, as).p;
	return VERB_OK;
}

static int
find_place(struct cli *cli, struct place *place)
{
	int r;

	*place = (struct place){ setting(cli, "server", "STILE_SERVER"),
		setting(cli, "cert", "STILE_CERT"),
		setting(cli, "key", "STILE_KEY"),
		setting(cli, "ca", "STILE_CA") };
	r = place_in_dir(cli, place);
	if (r != VERB_OK)
		return r;
	if (place->server == NULL || place->cert == NULL ||
	    place->key == NULL || place->ca == NULL)
		return verb_fail(cli, VERB_USAGE,
		    "where and who: give --server, --cert, --key and --ca, or "
		    "--dir and --as");
	if (strncmp(place->server, "https://", 8) != 0)
		return verb_fail(cli, VERB_USAGE,
		    "--server %s: only https:// is spoken", place->server);
	for (size_t i = 0; i < 3; i++) {
		const char *file = i == 0 ? place->cert
		    : i == 1		  ? place->key
					  : place->ca;

		if (access(file, R_OK) != 0)
			return verb_fail(cli, VERB_CANNOT,
			    "%s: cannot be read", file);
	}
	return VERB_OK;
}

static size_t
take_body(char *bytes, size_t size, size_t n, void *context)
{
	struct https_reply *answer = context;

	buf_add(&answer->body, bytes, size * n);
	return answer->body.failed == 0 ? size * n : 0;
}

static void
set_tls(CURL *curl, const struct place *place)
{
	curl_easy_setopt(curl, CURLOPT_SSLCERT, place->cert);
	curl_easy_setopt(curl, CURLOPT_SSLKEY, place->key);
	curl_easy_setopt(curl, CURLOPT_CAINFO, place->ca);
	curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
}

static struct curl_slist *
make_headers(struct cli *cli, struct str body, const char *idempotency_key)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:");

	list = curl_slist_append(list,
	    body.len > 0 ? "Content-Type: application/json"
			 : "Content-Type:");
	if (idempotency_key != NULL)
		list = curl_slist_append(list,
		    arena_format(&cli->arena, "Idempotency-Key: %s",
			idempotency_key).p);
	return list;
}

static int
perform(struct cli *cli, CURL *curl, struct https_reply *answer,
    const char *server)
{
	char reason[CURL_ERROR_SIZE] = "";
	CURLcode code;

	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT,
	    (long)option_number(&cli->options, "timeout", 30));
	code = curl_easy_perform(curl);
	if (code != CURLE_OK)
		return verb_fail(cli, VERB_CANNOT, "%s: %s", server,
		    reason[0] != '\0' ? reason : curl_easy_strerror(code));
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->status);
	return VERB_OK;
}

int
https_call(struct cli *cli, struct https_reply *answer, const char *path,
    struct str body, const char *idempotency_key)
{
	struct curl_slist *headers;
	struct place place;
	struct str url;
	CURL *curl;
	int r = find_place(cli, &place);

	*answer = (struct https_reply){ 0 };
	buf_init(&answer->body, LIMIT_HTTPS_BYTES);
	if (r != VERB_OK)
		return r;
	url = arena_format(&cli->arena, "%s%s", place.server, path);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	curl = curl_easy_init();
	if (curl == NULL || url.p == NULL)
		return verb_fail(cli, VERB_CANNOT, "memory");
	headers = make_headers(cli, body, idempotency_key);
	curl_easy_setopt(curl, CURLOPT_URL, url.p);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	set_tls(curl, &place);
	if (body.p != NULL) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)body.len);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.p);
	}
	r = perform(cli, curl, answer, place.server);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	curl_global_cleanup();
	return r;
}

void
https_reply_fini(struct https_reply *answer)
{
	buf_fini(&answer->body);
}

/* Does the verb's table have this option, and was it given? */
static const char *
given(const struct cli *cli, const char *name)
{
	for (size_t i = 0; i < cli->options.n_specs; i++) {
		if (strcmp(cli->options.specs[i].name, name) == 0)
			return option_get(&cli->options, name);
	}
	return NULL;
}

static int
save_receipt(struct cli *cli, const struct response *answer)
{
	const char *path = given(cli, "receipt");
	struct str receipt = response_text(answer, "receipt");

	if (path == NULL)
		return VERB_OK;
	if (receipt.len == 0)
		return verb_fail(cli, VERB_CANNOT,
		    "the answer holds no receipt");
	return verb_write(cli, path, receipt);
}

static int
show(struct cli *cli, const struct https_reply *got)
{
	CLEANUP(response_fini) struct response answer = { 0 };
	enum verb_exit code = response_exit(got->status);
	int r;

	if (!response_parse(&answer, buf_str(&got->body)))
		return verb_fail(cli, VERB_CANNOT,
		    "status %ld without a JSON object: not a Stile server?",
		    got->status);
	if (cli->is_json)
		fprintf(cli->out.file, "%.*s\n", STR_ARG(buf_str(&got->body)));
	else if (code == VERB_OK || code == VERB_NO)
		response_print(&answer, &cli->out);
	else
		response_print(&answer, &cli->err);
	r = save_receipt(cli, &answer);
	return r != VERB_OK ? r : (int)code;
}

int
https_run(struct cli *cli, const char *path, struct str body,
    const char *idempotency_key)
{
	struct https_reply answer = { 0 };
	int r = https_call(cli, &answer, path, body, idempotency_key);

	if (r == VERB_OK)
		r = show(cli, &answer);
	https_reply_fini(&answer);
	return r;
}

struct str
https_escape(struct arena *arena, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t len = strlen(text);
	char *out = arena_alloc(arena, 3 * len + 1);
	size_t n = 0;

	for (size_t i = 0; i < len && out != NULL; i++) {
		unsigned char c = (unsigned char)text[i];

		if (isalnum(c) || strchr("-._~", c) != NULL) {
			out[n++] = (char)c;
		} else {
			out[n++] = '%';
			out[n++] = digits[c >> 4];
			out[n++] = digits[c & 15];
		}
	}
	return (struct str){ out, n };
}
