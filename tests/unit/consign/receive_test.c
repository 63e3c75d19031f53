/* Transfers of every form: sealed, found one by one, opened whole, erased. */
#include "consign/receive.h"

#include "consign_house.h"
#include "util/buf.h"

static const char drivers_map[] =
    "kind = \"driver\";\n"
    "columns = (\n"
    "  { column = \"No\"; field = \"licence.number\"; },\n"
    "  { column = \"St\"; field = \"licence.state\"; },\n"
    "  { column = \"Family\"; field = \"person.family\"; },\n"
    "  { column = \"Given\"; field = \"person.given\"; },\n"
    "  { column = \"Born\"; field = \"person.birth_date\"; },\n"
    "  { column = \"Street\"; field = \"person.address.street\";\n"
    "    optional = true; },\n"
    "  { column = \"Sealed\"; field = \"flag.sealed\"; optional = true; }\n"
    ");\n";

static const char drivers[] =
    "\xef\xbb\xbfNo,St,Family,Given,Born,Street,Sealed,Birthplace\r\n"
    "512839476,MN,Lindqvist,Astrid,1984-03-09,\"14 Elm, St\",N,UPPSALA\r\n"
    "833100245,MN,Okafor,Daniel,1971-11-30,2 Lake Ave,Y,LAGOS\r\n"
    "\r\n"
    "700000001,MN,Twin,Tom,1990-01-01,1 A St,N,X\r\n"
    "700000002,MN,Twin,Tom,1990-01-01,2 B St,N,X\r\n"
    "not,enough\r\n"
    "700000003,MN,Nocturne,,1990-01-01,3 C St,maybe,X\r\n"
    "700000004,MN,\"Unended,Una,1990-01-01,4 D St,N,X\r\n";

static const struct str values[] = { STR_INIT("512839476"),
	STR_INIT("Lindqvist"), STR_INIT("Astrid"), STR_INIT("1984-03-09"),
	STR_INIT("14 Elm"), STR_INIT("UPPSALA"), STR_INIT("Okafor"),
	STR_INIT("LINDQVIST"), STR_INIT("OKAFOR"), STR_INIT("2 Lake"),
	STR_INIT("700000003"), STR_INIT("Nocturne"), STR_INIT("Unended") };

static void
set_csv(struct consign_house *house)
{
	house->options.form = CONSIGN_CSV;
	house->options.map = str_of(drivers_map);
}

static void
p2_each_record_is_found_by_its_exact_identifier_alone(void)
{
	struct consign_house house;
	struct record record;

	house_open(&house);
	set_csv(&house);
	check(house_receive(&house, str_of(drivers)) == 0);
	check_u64(house.report.head.n_records, 6);
	check_u64(house.report.head.n_found, 5);
	check_u64(house.report.head.n_shared, 1);
	check(house_fetch(&house, &record, "licence|MN|512839476") == 0);
	check(record.kind == RECORD_DRIVER);
	check_str(record.values[RECORD_PERSON_FAMILY], STR("LINDQVIST"));
	check_str(record.values[RECORD_PERSON_ADDRESS_STREET],
	    STR("14 Elm, St"));
	check(house_fetch(&house, &record,
		  "person|OKAFOR|DANIEL|1971-11-30") == 0);
	check_str(record.values[RECORD_LICENCE_NUMBER], STR("833100245"));
	check(record.is_sealed);
	/* One name and birth date, two people: nobody. */
	check(house_fetch(&house, &record, "person|TWIN|TOM|1990-01-01") ==
	    SOURCE_E_MANY);
	check(record.kind == RECORD_NONE);
	check(house_fetch(&house, &record, "licence|MN|700000002") == 0);
	check_str(record.values[RECORD_PERSON_ADDRESS_STREET], STR("2 B St"));
	check(house_fetch(&house, &record, "licence|MN|999999999") ==
	    SOURCE_E_NONE);
	check(house_fetch(&house, &record, "licence|WI|512839476") ==
	    SOURCE_E_NONE);
	/* A flag that says neither yes nor no keeps the record sealed. */
	check(house_fetch(&house, &record, "licence|MN|700000003") == 0);
	check(record.is_sealed);
	house_close(&house);
}

static void
p6_no_value_of_the_transfer_is_in_any_file(void)
{
	struct consign_house house;

	house_open(&house);
	set_csv(&house);
	check(house_receive(&house, str_of(drivers)) == 0);
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		check_u64(house_search(&house, values[i]), 0);
	/* The search finds what is there: the sender, in the head. */
	check_u64(house_search(&house, STR("Another state")), 1);
	house_close(&house);
}

static void
the_whole_opens_with_enough_custodians_and_is_what_came(void)
{
	struct consign_house house;
	struct str text;

	house_open(&house);
	set_csv(&house);
	check(house_receive(&house, str_of(drivers)) == 0);
	for (unsigned set = 0; set < 8; set++) {
		int r = house_open_whole(&house, &text, set);

		check(r == (__builtin_popcount(set) >= 2 ? 0
							 : WHOLE_E_REFUSED));
		if (r == 0)
			check_str(text, str_of(drivers));
	}
	house_close(&house);
}

static void
the_whole_never_opens_when_nobody_was_given_it(void)
{
	struct consign_house house;
	struct record record;
	struct str text;

	house_open(&house);
	set_csv(&house);
	house.options.threshold = 0;
	house.options.n_custodians = 0;
	check(house_receive(&house, str_of(drivers)) == 0);
	check(house_open_whole(&house, &text, 7) == WHOLE_E_REFUSED);
	check(house_said(&house, "nobody can open"));
	check(house_fetch(&house, &record, "licence|MN|512839476") == 0);
	house_close(&house);
}

/* A copy of the folder without its keys, as a thief or a backup has it. */
static void
copy_without_keys(struct consign_house *house, char *path, size_t size)
{
	static const char *const names[] = { "head", "form", "data", "index" };
	char from[FOLDER_PATH];
	char to[FOLDER_PATH];

	snprintf(path, size, "%s/copy", house->dir);
	check(mkdir(path, 0700) == 0);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct str bytes;

		check(folder_path(from, house->dir, house->report.id,
			  names[i]) == 0);
		snprintf(to, sizeof(to), "%s/%s", path, names[i]);
		check(file_read(&bytes, &house->arena, AT_FDCWD, from,
			  1 << 20) == 0);
		check(file_replace(AT_FDCWD, to, bytes, 0600) == 0);
	}
}

static void
after_destruction_nothing_opens_even_from_copies(void)
{
	struct consign_house house;
	struct shamir_share shares[3];
	struct seal_key half;
	struct record record;
	struct str text;
	char copy[80];
	char keys[FOLDER_PATH];
	enum folder_state state;
	struct consign_head head;

	house_open(&house);
	set_csv(&house);
	check(house_receive(&house, str_of(drivers)) == 0);
	check_u64(house_shares(&house, shares, 7), 3);
	copy_without_keys(&house, copy, sizeof(copy));
	check(folder_erase(house.dir, house.report.id, &house.random) == 0);
	check(folder_erase(house.dir, house.report.id, &house.random) == 0);
	check(folder_look(&state, &head, house.dir, house.report.id) == 0);
	check(state == FOLDER_ERASED);
	check(memcmp(head.digest.b, house.report.head.digest.b, 32) == 0);
	check(house_fetch(&house, &record, "licence|MN|512839476") ==
	    SOURCE_E_DOWN);
	check(house_open_whole(&house, &text, 7) == WHOLE_E_REFUSED);
	check(house_said(&house, "erased"));
	check(!house_half(&house, &half));
	/* Put back, and with the shares that custodians had kept. */
	check(folder_path(keys, house.dir, house.report.id, NULL) == 0);
	check(nftw(keys, house_remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
	check(rename(copy, keys) == 0);
	check(house_fetch(&house, &record, "licence|MN|512839476") ==
	    SOURCE_E_DOWN);
	check(house_open_whole(&house, &text, 7) == WHOLE_E_REFUSED);
	house_close(&house);
}

static void
json_lines_are_found_and_come_back(void)
{
	static const char lines[] =
	    "{\"No\":\"512839476\",\"St\":\"MN\",\"Family\":\"Lindqvist\","
	    "\"Given\":\"Astrid\",\"Born\":\"1984-03-09\",\"Sealed\":false}\n"
	    "{\"No\":833100245,\"St\":\"MN\",\"more\":[1,{\"x\":2}]}\n"
	    "this is no JSON\n"
	    "{\"No\":\"1\",\"No\":\"2\",\"St\":\"MN\"}\n"
	    "{\"No\":\"700000009\",\"St\":\"MN\"}";
	struct consign_house house;
	struct record record;
	struct str text;

	house_open(&house);
	set_csv(&house);
	house.options.form = CONSIGN_JSON;
	check(house_receive(&house, str_of(lines)) == 0);
	check_u64(house.report.head.n_records, 3);
	check(house_fetch(&house, &record,
		  "person|LINDQVIST|ASTRID|1984-03-09") == 0);
	check(!record.is_sealed);
	check(house_fetch(&house, &record, "licence|MN|833100245") == 0);
	check(house_fetch(&house, &record, "licence|MN|700000009") == 0);
	check(house_open_whole(&house, &text, 3) == 0);
	check_str(text, str_of(lines));
	house_close(&house);
}

static struct str
read_card(struct consign_house *house, const char *name)
{
	char path[256];
	struct str text = STR("");

	snprintf(path, sizeof(path), DATA_DIR "/aamva/va_v4/%s.txt", name);
	check(file_read(&text, &house->arena, AT_FDCWD, path, 65536) == 0);
	return text;
}

static void
aamva_records_are_found_by_licence_and_by_name(void)
{
	struct consign_house house;
	struct record record;
	struct str parts[3];
	struct str text;
	struct str all;

	house_open(&house);
	house.options.form = CONSIGN_AAMVA;
	parts[0] = read_card(&house, "VA-21");
	parts[1] = read_card(&house, "VA-REAL-21");
	parts[2] = read_card(&house, "VA-REAL-CHILD");
	all = arena_join(&house.arena, parts, 3);
	check(house_receive(&house, all) == 0);
	check_u64(house.report.head.n_records, 3);
	check(house_fetch(&house, &record, "licence|VA|T16700285") == 0);
	check_str(record.values[RECORD_PERSON_FAMILY], STR("REYES"));
	check_str(record.values[RECORD_PERSON_BIRTH_DATE], STR("1987-01-05"));
	check(house_fetch(&house, &record,
		  "person|SARKO|JAMES ALAN|1950-03-23") == 0);
	check(house_fetch(&house, &record, "person|SARKO|JAMES|1950-03-23") ==
	    0);
	check(house_open_whole(&house, &text, 6) == 0);
	check_str(text, all);
	house_close(&house);
}

/* Bytes of every kind, longer than a ring. */
static struct str
make_noise(struct consign_house *house, size_t len)
{
	char *bytes = arena_alloc(&house->arena, len);

	check(bytes != NULL);
	random_fill(&house->random, bytes, len);
	return (struct str){ bytes, len };
}

static void
bytes_that_nobody_reads_are_sealed_whole(void)
{
	struct consign_house house;
	struct str noise;
	struct str text;

	house_open(&house);
	noise = make_noise(&house, 2 * LIMIT_CONSIGN_RING + 12345);
	check(house_receive(&house, noise) == 0);
	check_u64(house.report.head.n_records, 0);
	check_u64(house.report.head.n_pieces,
	    noise.len / LIMIT_CONSIGN_PIECE + 1);
	check_u64(house_search(&house, str_part(noise, 4096, 4128)), 0);
	check(house_open_whole(&house, &text, 3) == 0);
	check(str_is_equal(text, noise));
	house_close(&house);
}

static void
h12_a_transfer_that_arrives_twice_is_recognised(void)
{
	struct consign_house house;
	char first[CONSIGN_ID + 1];
	char path[FOLDER_PATH];

	house_open(&house);
	check(house_receive(&house, STR("the same bytes")) == 0);
	memcpy(first, house.report.id, sizeof(first));
	check(house_receive(&house, STR("the same bytes")) == RECEIVE_E_AGAIN);
	check_str(str_of(house.report.earlier), str_of(first));
	check(folder_path(path, house.dir, house.report.id, NULL) == 0);
	check(access(path, F_OK) != 0);
	/* After the first was destroyed it is taken in, and known again. */
	check(folder_erase(house.dir, first, &house.random) == 0);
	check(house_receive(&house, STR("the same bytes")) == 0);
	check_str(str_of(house.report.earlier), str_of(first));
	check(house.report.is_earlier_erased);
	house_close(&house);
}

/* Nothing of a refused transfer is there. */
static void
check_nothing_kept(struct consign_house *house, int r)
{
	char path[FOLDER_PATH];

	check(r == RECEIVE_E_REFUSED);
	check(folder_path(path, house->dir, house->report.id, NULL) == 0);
	check(access(path, F_OK) != 0);
}

static void
h12_a_transfer_other_than_stated_is_refused(void)
{
	struct consign_house house;
	struct digest digest;
	int fds[2];

	house_open(&house);
	house.options.size = 100;
	check_nothing_kept(&house, house_receive(&house, STR("too short")));
	check(pipe2(fds, O_CLOEXEC) == 0);
	check(write(fds[1], "too short", 9) == 9);
	close(fds[1]);
	check_nothing_kept(&house, house_receive_fd(&house, fds[0]));
	check(house_said(&house, "shorter than was stated"));
	house.options.size = 3;
	check(pipe2(fds, O_CLOEXEC) == 0);
	check(write(fds[1], "too long", 8) == 8);
	close(fds[1]);
	check_nothing_kept(&house, house_receive_fd(&house, fds[0]));
	check(house_said(&house, "longer than was stated"));
	house.options.size = 0;
	sha256_of(&digest, "another", 7);
	house.options.digest = &digest;
	check_nothing_kept(&house, house_receive(&house, STR("this one")));
	check(house_said(&house, "SHA-256"));
	sha256_of(&digest, "this one", 8);
	check(house_receive(&house, STR("this one")) == 0);
	house.options.digest = NULL;
	check_nothing_kept(&house, house_receive(&house, STR("")));
	house_close(&house);
}

static void
h12_a_mapping_that_does_not_fit_is_refused(void)
{
	struct consign_house house;

	house_open(&house);
	set_csv(&house);
	check_nothing_kept(&house, house_receive(&house, STR("A,B\n1,2\n")));
	check(house_said(&house, "no column"));
	check_nothing_kept(&house, house_receive(&house, STR("\"A,B\n1,2\n")));
	check(house_said(&house, "no header"));
	house_close(&house);
}

static void
h12_more_than_allowed_is_refused_known_or_not(void)
{
	struct consign_house house;
	int fds[2];
	int fd;

	house_open(&house);
	house.options.max_bytes = 100000;
	check_nothing_kept(&house,
	    house_receive(&house, make_noise(&house, 100001)));
	check(house_said(&house, "consign.max_mib"));
	/* A hundred gigabytes that are known before the first byte. */
	fd = memfd_create("huge", MFD_CLOEXEC);
	check(ftruncate(fd, (off_t)100 << 30) == 0);
	house.options.max_bytes = UINT64_C(64) << 30;
	check_nothing_kept(&house, house_receive_fd(&house, fd));
	/* And of a pipe, which says nothing of its size. */
	house.options.max_bytes = 10;
	check(pipe2(fds, O_CLOEXEC) == 0);
	check(write(fds[1], "eleven bytes", 12) == 12);
	close(fds[1]);
	check_nothing_kept(&house, house_receive_fd(&house, fds[0]));
	house.options.max_bytes = UINT64_C(1) << 40;
	house.options.keep_free = UINT64_C(1) << 60;
	check_nothing_kept(&house, house_receive(&house, STR("small")));
	check(house_said(&house, "consign.keep_free_mib"));
	house_close(&house);
}

/* Something that happens at the first progress. */
struct event {
	struct consign_house *house;
	volatile sig_atomic_t is_stopped;
	const char *touch; /* a file to be written to */
	unsigned n_calls;
};

static struct event event;

static void
on_progress(void *context, uint64_t done, uint64_t all)
{
	(void)context;
	(void)done;
	(void)all;
	if (event.n_calls++ != 3)
		return;
	event.is_stopped = event.touch == NULL;
	if (event.touch != NULL) {
		int fd = open(event.touch, O_WRONLY | O_APPEND | O_CLOEXEC);

		check(fd >= 0 && write(fd, "x", 1) == 1);
		close(fd);
	}
}

/* A CSV of n rows with distinct licence numbers. */
static struct str
make_rows(struct consign_house *house, size_t n)
{
	struct buf buf;
	struct str text;

	buf_init(&buf, 60 << 20);
	buf_add_text(&buf, "No,St,Family,Given,Born\n");
	for (size_t i = 0; i < n; i++)
		buf_add_format(&buf, "%zu,MN,Somebody,Sam,19%02zu-01-01\n",
		    100000000 + i, i % 100);
	text = arena_str(&house->arena, buf_str(&buf));
	buf_fini(&buf);
	return text;
}

static void
h12_a_file_that_changes_while_it_is_read_is_refused(void)
{
	struct consign_house house;
	char path[80];
	int fd;

	house_open(&house);
	snprintf(path, sizeof(path), "%s/transfer", house.dir);
	check(file_replace(AT_FDCWD, path, make_noise(&house, 1 << 20),
		  0600) == 0);
	event = (struct event){ .house = &house, .touch = path };
	house.options.progress = on_progress;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	check_nothing_kept(&house, house_receive_fd(&house, fd));
	check(house_said(&house, "changed while it was read"));
	house_close(&house);
}

static void
an_interrupted_transfer_goes_on_where_it_was(void)
{
	struct consign_house house;
	char id[CONSIGN_ID + 1];
	struct record record;
	struct str text;
	struct str rows;

	house_open(&house);
	set_csv(&house);
	rows = make_rows(&house, 200000);
	event = (struct event){ .house = &house };
	house.options.progress = on_progress;
	house.options.is_stopped = &event.is_stopped;
	check(house_receive(&house, rows) == RECEIVE_E_STOPPED);
	check(house.report.n_done > 0 && house.report.n_done < rows.len);
	memcpy(id, house.report.id, sizeof(id));
	check(house_fetch(&house, &record, "licence|MN|100000000") ==
	    SOURCE_E_DOWN);
	/* Another file is not gone on with, and takes nothing away. */
	event.is_stopped = 0;
	house.options.resume_id = id;
	check(house_receive(&house, make_noise(&house, 1 << 20)) ==
	    RECEIVE_E_REFUSED);
	check(house_said(&house, "does not begin as"));
	check(house_receive(&house, rows) == 0);
	check_u64(house.report.head.size, rows.len);
	check_u64(house.report.head.n_records, 200000);
	check_u64(house.report.head.n_found, 200000);
	house.options.resume_id = NULL;
	check(house_fetch(&house, &record, "licence|MN|100000000") == 0);
	check(house_fetch(&house, &record, "licence|MN|100199999") == 0);
	check(house_fetch(&house, &record, "licence|MN|100200000") ==
	    SOURCE_E_NONE);
	check(house_open_whole(&house, &text, 5) == 0);
	check(str_is_equal(text, rows));
	house_close(&house);
}

/* What is left of a transfer that ended with the machine: cut back, gone on. */
static void
files_longer_than_the_checkpoint_are_cut_back(void)
{
	struct consign_house house;
	char id[CONSIGN_ID + 1];
	char path[FOLDER_PATH];
	struct str noise;
	struct str text;
	int fd;

	house_open(&house);
	noise = make_noise(&house, 3 << 20);
	event = (struct event){ .house = &house };
	house.options.progress = on_progress;
	house.options.is_stopped = &event.is_stopped;
	check(house_receive(&house, noise) == RECEIVE_E_STOPPED);
	memcpy(id, house.report.id, sizeof(id));
	check(folder_path(path, house.dir, id, "data") == 0);
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	check(write(fd, "torn", 4) == 4);
	close(fd);
	event.is_stopped = 0;
	house.options.resume_id = id;
	check(house_receive(&house, noise) == 0);
	check(house_open_whole(&house, &text, 3) == 0);
	check(str_is_equal(text, noise));
	house_close(&house);
}

static void
an_unfinished_transfer_is_given_up_without_a_trace(void)
{
	struct consign_house house;
	char path[FOLDER_PATH];
	enum folder_state state;
	struct consign_head head;

	house_open(&house);
	event = (struct event){ .house = &house };
	house.options.progress = on_progress;
	house.options.is_stopped = &event.is_stopped;
	check(house_receive(&house, make_noise(&house, 3 << 20)) ==
	    RECEIVE_E_STOPPED);
	check(folder_look(&state, &head, house.dir, house.report.id) == 0);
	check(state == FOLDER_UNFINISHED);
	check(folder_remove(house.dir, house.report.id, &house.random) == 0);
	check(folder_path(path, house.dir, house.report.id, NULL) == 0);
	check(access(path, F_OK) != 0);
	house_close(&house);
}

static const struct tap_test tests[] = {
	TEST(p2_each_record_is_found_by_its_exact_identifier_alone),
	TEST(p6_no_value_of_the_transfer_is_in_any_file),
	TEST(the_whole_opens_with_enough_custodians_and_is_what_came),
	TEST(the_whole_never_opens_when_nobody_was_given_it),
	TEST(after_destruction_nothing_opens_even_from_copies),
	TEST(json_lines_are_found_and_come_back),
	TEST(aamva_records_are_found_by_licence_and_by_name),
	TEST(bytes_that_nobody_reads_are_sealed_whole),
	TEST(h12_a_transfer_that_arrives_twice_is_recognised),
	TEST(h12_a_transfer_other_than_stated_is_refused),
	TEST(h12_a_mapping_that_does_not_fit_is_refused),
	TEST(h12_more_than_allowed_is_refused_known_or_not),
	TEST(h12_a_file_that_changes_while_it_is_read_is_refused),
	TEST(an_interrupted_transfer_goes_on_where_it_was),
	TEST(files_longer_than_the_checkpoint_are_cut_back),
	TEST(an_unfinished_transfer_is_given_up_without_a_trace),
};

TAP_MAIN(tests)
