/* A holder for gate tests; see house.h. */
#include "house.h"

#include <errno.h>
#include <ftw.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frames.h"
#include "gate/assembly.h"
#include "gate/force.h"
#include "gate/pack.h"
#include "crypto/sha256.h"
#include "store/seals.h"
#include "tlog/checkpoint.h"
#include "tlog/merkle.h"
#include "util/base64.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/instant.h"

static NORETURN void
give_up(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(1);
}

static void
must(int r, const char *what)
{
	if (r != 0) {
		fault_trail(stdout);
		printf("# %s: %d\n", what, r);
		give_up(what);
	}
}

static int64_t
now_us(void *context)
{
	return ((struct house *)context)->now_us;
}

/* --- the keeper ------------------------------------------------------- */

static int
keep_index(void *context, struct digest *indexes, const struct str *subjects,
    size_t n)
{
	struct house *house = context;

	if (house->is_keeper_down || house->is_index_down)
		return KEYS_E_DOWN;
	house->n_indexed += n;
	for (size_t i = 0; i < n; i++)
		sha256_of(&indexes[i], subjects[i].p, subjects[i].len);
	return 0;
}

static int
keep_sign(void *context, struct str *note, struct arena *arena, uint64_t size,
    const struct digest *root, const struct digest *proof, size_t n_proof)
{
	struct house *house = context;
	struct tlog_checkpoint checkpoint = { .origin = STR("test.example/log"),
		.size = size,
		.root = *root };
	struct buf text;

	if (house->is_keeper_down || house->is_signing_down)
		return KEYS_E_DOWN;
	if (house->signed_size > 0 &&
	    tlog_proof_verify_consistency(&house->signed_root,
		house->signed_size, root, size, proof, n_proof) != 0)
		return KEYS_E_REFUSED;
	buf_init(&text, 4096);
	tlog_checkpoint_sign(&checkpoint, &text, &house->signer);
	must(buf_finish(&text), "note");
	*note = arena_str(arena, buf_str(&text));
	buf_fini(&text);
	house->signed_size = size;
	house->signed_root = *root;
	house->n_signed++;
	return house->is_answer_lost ? KEYS_E_DOWN : 0;
}

static int
keep_unwrap(void *context, struct seal_key *key, struct str wrapped)
{
	struct house *house = context;
	struct seal_wrapped bytes;

	if (house->is_keeper_down || house->is_unwrap_down)
		return KEYS_E_DOWN;
	house->n_unwrapped++;
	memcpy(bytes.b, wrapped.p, sizeof(bytes.b));
	return seal_unwrap(key, &house->seal_public, &house->seal_secret,
		   &bytes) == 0
	    ? 0
	    : KEYS_E_REFUSED;
}

static int
keep_token(void *context, struct piece_token *token,
    const struct seal_wrapped *wrapped, struct str subject)
{
	struct house *house = context;
	struct seal_key key;
	struct hmac hmac;

	if (house->is_keeper_down)
		return KEYS_E_DOWN;
	if (seal_unwrap(&key, &house->seal_public, &house->seal_secret,
		wrapped) != 0)
		return KEYS_E_REFUSED;
	hmac_init(&hmac, key.b, sizeof(key.b));
	hmac_of(&hmac, &token->code, subject.p, subject.len);
	house->n_tokens++;
	return 0;
}

static int
keep_half(void *context, struct seal_key *key,
    const struct seal_wrapped *wrapped)
{
	return keep_unwrap(context, key,
	    (struct str){ (const char *)wrapped->b, sizeof(wrapped->b) });
}

static int
keep_hello(void *context, uint64_t *signed_size,
    struct seal_public *seal_public)
{
	struct house *house = context;

	if (house->is_keeper_down)
		return KEYS_E_DOWN;
	*signed_size = house->signed_size;
	*seal_public = house->seal_public;
	return 0;
}

/* --- people ------------------------------------------------------------ */

static struct str
fingerprint(struct house *house, const char *who)
{
	struct digest digest;

	sha256_of(&digest, who, strlen(who));
	return (struct str){ arena_dup(&house->arena, digest.b, 32), 32 };
}

static void
add_person(struct house *house, const char *id, const char *ori,
    uint32_t roles, bool is_trained, bool is_active)
{
	struct digest self;
	char canonical[64];
	struct store_requester row = { .id = str_of(id),
		.ori = str_of(ori),
		.unit = STR(""),
		.name = str_of(id),
		.title = STR("officer"),
		.roles = roles,
		.status = is_active ? PEOPLE_ACTIVE : PEOPLE_SUSPENDED,
		.training_until = is_trained ? INT64_MAX : 1,
		.agreement_until = INT64_MAX,
		.need_ends = INT64_MAX };
	struct store_credential credential = {
		.fingerprint = fingerprint(house, id),
		.requester = str_of(id),
		.not_after = INT64_MAX,
		.status = PEOPLE_ACTIVE };

	snprintf(canonical, sizeof(canonical), "person|OFFICER|%s|1980-01-01",
	    id[0] == 'a' ? "AMY" : "OTHER");
	sha256_of(&self, canonical, strlen(canonical));
	row.subject = (struct str){ (char *)self.b, 32 };
	must(people_put_requester(house->store, &row), "requester");
	must(people_put_credential(house->store, &credential), "credential");
}

static void
add_agency(struct house *house, const char *ori)
{
	struct store_agency row = { .ori = str_of(ori),
		.name = STR("Test Police"),
		.state = STR("NY"),
		.kind = STR("local"),
		.status = PEOPLE_ACTIVE,
		.agreement_until = INT64_MAX };

	must(people_put_agency(house->store, &row), "agency");
}

static void
add_case(struct house *house, const char *number, bool is_open,
    const char *assigned)
{
	struct store_investigation row = { .ori = STR("NY0303000"),
		.number = str_of(number),
		.status = GROUNDS_CASE_OPEN,
		.offence = STR("2401"),
		.opened_us = 1,
		.registered_by = STR("sue") };
	struct store_assignment assignment = { .ori = row.ori,
		.number = row.number,
		.requester = str_of(assigned),
		.until_us = INT64_MAX };

	must(grounds_put_case(house->store, &row), "case");
	must(grounds_assign(house->store, &assignment), "assignment");
	if (!is_open)
		must(grounds_close_case(house->store, row.ori, row.number, 2),
		    "close");
}

static void
fill_store(struct house *house)
{
	must(store_begin(house->store), "begin");
	add_agency(house, "NY0303000");
	add_agency(house, "WA0170000");
	add_person(house, "amy", "NY0303000", PEOPLE_ROLE_REQUESTER, true,
	    true);
	add_person(house, "bob", "NY0303000", PEOPLE_ROLE_REQUESTER, true,
	    true);
	add_person(house, "sue", "NY0303000",
	    PEOPLE_ROLE_REQUESTER | PEOPLE_ROLE_SUPERVISOR, true, true);
	add_person(house, "old", "NY0303000", PEOPLE_ROLE_REQUESTER, false,
	    true);
	add_person(house, "out", "NY0303000", PEOPLE_ROLE_REQUESTER, true,
	    false);
	add_person(house, "zed", "WA0170000",
	    PEOPLE_ROLE_REQUESTER | PEOPLE_ROLE_SUPERVISOR, true, true);
	add_person(house, "portal", "NY0303000", PEOPLE_ROLE_PORTAL, true,
	    true);
	add_agency(house, "NYOLN0000");
	add_person(house, "dora", "NYOLN0000", PEOPLE_ROLE_DATA_OWNER, true,
	    true);
	add_person(house, "dan", "NYOLN0000", PEOPLE_ROLE_PRIVACY_OFFICER,
	    true, true);
	add_person(house, "kim", "NYOLN0000", PEOPLE_ROLE_KEY_HOLDER, true,
	    true);
	add_person(house, "ken", "NYOLN0000", PEOPLE_ROLE_KEY_HOLDER, true,
	    true);
	add_person(house, "cal", "NY0303000", PEOPLE_ROLE_COUNSEL, true, true);
	add_person(house, "pam", "NY0303000", PEOPLE_ROLE_PRIVACY_OFFICER,
	    true, true);
	add_person(house, "dot", "NY0303000",
	    PEOPLE_ROLE_DATA_OWNER | PEOPLE_ROLE_COUNSEL, true, true);
	add_case(house, "24-777", true, "amy");
	must(seals_put(house->store,
		 &(struct store_seal){ STR("NY0303000"), STR("investigation"),
		     STR("24-777"), INT64_MAX, 0 }),
	    "seal");
	add_case(house, "24-001", true, "amy");
	add_case(house, "23-999", false, "amy");
	must(store_commit(house->store), "commit");
}

/* --- records ------------------------------------------------------------ */

#define VEHICLE(plate, family, sealed, protected)                             \
	{ .record = { .kind = RECORD_VEHICLE,                                  \
	      .id = STR_INIT(plate),                                           \
	      .is_sealed = (sealed),                                           \
	      .is_protected = (protected),                                     \
	      .values = { [RECORD_VEHICLE_PLATE] = STR_INIT(plate),            \
		  [RECORD_VEHICLE_MAKE] = STR_INIT("SAAB"),                    \
		  [RECORD_OWNER_FAMILY] = STR_INIT(family),                    \
		  [RECORD_OWNER_GIVEN] = STR_INIT("GIVENNAME"),                \
		  [RECORD_OWNER_ADDRESS_STREET] = STR_INIT("12 SECRET LANE"),  \
		  [RECORD_OWNER_ADDRESS_ZIP] = STR_INIT("12207") } },          \
	    .keys = { STR_INIT("plate|NY|" plate "|2026|PC") } }

static const struct source_fixture_row rows[] = {
	VEHICLE("ABC1234", "OWNERNAME", false, false),
	VEHICLE("TWO2222", "FIRST", false, false),
	VEHICLE("TWO2222", "SECOND", false, false),
	VEHICLE("SEAL111", "SEALEDNAME", true, false),
	VEHICLE("PROT111", "PROTECTEDNAME", false, true),
	{ .record = { .kind = RECORD_DRIVER,
	      .id = STR_INIT("D1"),
	      .values = { [RECORD_PERSON_FAMILY] = STR_INIT("DRIVERNAME"),
		  [RECORD_PERSON_PHOTO] = STR_INIT("PHOTOBYTES"),
		  [RECORD_LICENCE_STATUS] = STR_INIT("LIC") } },
	    .keys = { STR_INIT("licence|NY|123456789") } },
};

/* --- packs --------------------------------------------------------------- */

static void
copy_file(const char *from, const char *to)
{
	struct arena arena;
	struct str bytes;

	arena_init(&arena, 1 << 24);
	must(file_read(&bytes, &arena, -100, from, 1 << 22), from);
	must(file_replace(-100, to, bytes, 0644), to);
	arena_fini(&arena);
}

static void
install_pack(struct house *house, const char *name, struct str skey)
{
	static const char *const files[] = { "pack.conf", "policies.cedar",
		"schema.cedarschema", "tests.json" };
	struct diag_list diags;
	char from[512];
	char to[512];

	snprintf(to, sizeof(to), "%s/packs/%s", house->dir, name);
	mkdir(to, 0755);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		snprintf(from, sizeof(from), "%s/%s/%s", getenv("STILE_PACKS"),
		    name, files[i]);
		snprintf(to, sizeof(to), "%s/packs/%s/%s", house->dir, name,
		    files[i]);
		copy_file(from, to);
	}
	snprintf(to, sizeof(to), "%s/packs/%s", house->dir, name);
	diag_init(&diags, &house->arena, STR("pack"), (struct str){ 0 });
	if (pack_sign(to, skey, &diags) != 0) {
		diag_print(&diags, stdout);
		give_up("pack_sign");
	}
}

static void
install_packs(struct house *house)
{
	struct ed25519_seed seed = { { 7 } };
	struct tlog_note_signer counsel;
	struct buf text;
	char path[512];

	must(tlog_note_signer_init(&counsel, STR("counsel"), TLOG_NOTE_ED25519,
		 &seed),
	    "counsel");
	buf_init(&text, 4096);
	snprintf(path, sizeof(path), "%s/packs", house->dir);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/trust", house->dir);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/trust/counsel.vkey", house->dir);
	tlog_note_key_format(&counsel.key, &text);
	must(file_replace(-100, path, buf_str(&text), 0644), path);
	buf_reset(&text);
	tlog_note_signer_format(&counsel, &text);
	install_pack(house, "federal", buf_str(&text));
	install_pack(house, "house", buf_str(&text));
	buf_fini(&text);
}

/* --- opening -------------------------------------------------------------- */

static void
open_gate(struct house *house)
{
	static const struct str names[] = { STR_INIT("federal"),
		STR_INIT("house") };
	struct diag_list diags;
	char path[128];

	diag_init(&diags, &house->arena, STR("house"), (struct str){ 0 });
	if (house->store == NULL) {
		snprintf(path, sizeof(path), "%s/stile.db", house->dir);
		if (store_open(&house->store, str_of(path), STORE_CREATE,
			&diags) != 0) {
			diag_print(&diags, stdout);
			give_up("store_open");
		}
	}
	house->gate = (struct gate){ .store = house->store,
		.source = &house->source,
		.clock = { now_us, house },
		.holder = STR("NYDMV"),
		.origin = STR("test.example/log"),
		.dir = str_of(house->dir),
		.state = STR("NY"),
		.portals = &house->portal,
		.n_portals = 1,
		.token_life_us = 300 * INSTANT_SECOND,
		.keys = { .index = keep_index,
		    .sign = keep_sign,
		    .unwrap = keep_unwrap,
		    .token = keep_token,
		    .half = keep_half,
		    .hello = keep_hello,
		    .context = house } };
	house->gate.random = random_seeded(&house->random,
	    (uint64_t)house->now_us);
	must(assembly_init(&house->gate), "assembly");
	must(assembly_sign_head(&house->gate), "sign the head");
	if (force_load(&house->gate, names, 2, house->now_us, &diags) != 0) {
		diag_print(&diags, stdout);
		give_up("force_load");
	}
	must(assembly_sign_head(&house->gate), "sign the head");
}

void
house_open(struct house *house)
{
	struct ed25519_seed seed = { { 1 } };
	uint8_t seal_seed[32] = { 2 };

	*house = (struct house){ .dir = "/tmp/stile-house-XXXXXX" };
	if (mkdtemp(house->dir) == NULL)
		give_up("mkdtemp");
	instant_parse(&house->now_us, STR("2026-11-23T12:00:00Z"));
	arena_init(&house->arena, 64 << 20);
	arena_init(&house->batch.arena, 8 << 20);
	must(tlog_note_signer_init(&house->signer, STR("test.example/log"),
		 TLOG_NOTE_ED25519, &seed),
	    "signer");
	ed25519_from_seed(&house->portal_secret, &house->portal.key,
	    &(struct ed25519_seed){ { 9 } });
	house->portal.id = STR("portal");
	tlog_merkle_empty(&house->signed_root);
	seal_pair_from_seed(&house->seal_public, &house->seal_secret,
	    seal_seed);
	house->fixture = (struct source_fixture){ .rows = rows,
		.n_rows = ARRAY_LEN(rows) };
	source_fixture_open(&house->source, &house->fixture);
	install_packs(house);
	open_gate(house);
	fill_store(house);
}

static void
close_gate(struct house *house)
{
	assembly_fini(&house->gate);
	store_close(house->store);
	house->store = NULL;
}

void
house_restart(struct house *house)
{
	close_gate(house);
	open_gate(house);
}

static int
remove_one(const char *path, const struct stat *info, int kind,
    struct FTW *place)
{
	(void)info;
	(void)kind;
	(void)place;
	return remove(path);
}

void
house_close(struct house *house)
{
	close_gate(house);
	source_close(&house->source);
	arena_fini(&house->arena);
	arena_fini(&house->batch.arena);
	nftw(house->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- asking ------------------------------------------------------------ */

static void
put_leaf(struct buf *out, char type, const char *pointer, const char *value,
    size_t len)
{
	struct buf field;

	buf_init(&field, 1 << 20);
	buf_add_char(&field, type);
	buf_add_char(&field, '\t');
	buf_add_text(&field, pointer);
	buf_add_char(&field, '\t');
	buf_add(&field, value, len);
	frame_put(out, ASK_MEMBER, buf_str(&field));
	buf_fini(&field);
}

static void
flatten(struct buf *out, const json_t *value, const char *pointer)
{
	char path[512];
	char digits[32];
	const char *name;
	json_t *item;
	size_t i;

	if (json_is_object(value)) {
		if (json_object_size(value) == 0)
			put_leaf(out, 'o', pointer, "", 0);
		json_object_foreach((json_t *)(uintptr_t)value, name, item) {
			snprintf(path, sizeof(path), "%s/%s", pointer, name);
			flatten(out, item, path);
		}
	} else if (json_is_array(value)) {
		if (json_array_size(value) == 0)
			put_leaf(out, 'a', pointer, "", 0);
		json_array_foreach(value, i, item) {
			snprintf(path, sizeof(path), "%s/%zu", pointer, i);
			flatten(out, item, path);
		}
	} else if (json_is_string(value)) {
		put_leaf(out, 's', pointer, json_string_value(value),
		    json_string_length(value));
	} else if (json_is_integer(value)) {
		snprintf(digits, sizeof(digits), "%lld",
		    (long long)json_integer_value(value));
		put_leaf(out, 'i', pointer, digits, strlen(digits));
	} else if (json_is_boolean(value)) {
		const char *text = json_is_true(value) ? "true" : "false";

		put_leaf(out, 'b', pointer, text, strlen(text));
	} else {
		put_leaf(out, json_is_null(value) ? '0' : 'n', pointer, "", 0);
	}
}

static void
make_frame(struct house *house, struct buf *out, const char *who,
    const char *operation, const char *parameter, const char *key,
    const char *body)
{
	size_t place = frame_begin(out, ASK_KIND_ASK, 1);
	json_t *json;

	frame_put(out, ASK_OPERATION, str_of(operation));
	frame_put(out, ASK_CERTIFICATE, fingerprint(house, who));
	frame_put(out, ASK_PEER, STR("192.0.2.7"));
	while (parameter != NULL && *parameter != '\0') {
		const char *slash = strchr(parameter, '/');
		size_t len = slash != NULL ? (size_t)(slash - parameter)
					   : strlen(parameter);

		frame_put(out, ASK_PARAMETER, (struct str){ parameter, len });
		parameter += len + (slash != NULL);
	}
	if (house->token != NULL)
		frame_put(out, ASK_TOKEN, str_of(house->token));
	if (key != NULL)
		frame_put(out, ASK_IDEMPOTENCY, str_of(key));
	if (body != NULL) {
		json = json_loads(body, 0, NULL);
		if (json == NULL)
			give_up(body);
		flatten(out, json, "");
		json_decref(json);
	}
	must(frame_end(out, place), "frame");
}

static struct ask *
add_ask(struct house *house, const struct buf *bytes)
{
	struct ask *ask = calloc(1, sizeof(*ask));
	size_t len;

	if (ask == NULL)
		give_up("memory");
	arena_init(&ask->arena, LIMIT_ASK_BYTES);
	must(frame_parse(&ask->frame, &len, buf_str(bytes)), "parse");
	house->batch.asks[house->batch.n_asks++] = ask;
	return ask;
}

static struct house_answer
take_answer(struct house *house, const struct ask *ask)
{
	return (struct house_answer){ ask->status,
		arena_str(&house->arena, ask->body),
		arena_str(&house->arena, ask->content_type) };
}

static void
walk(struct house *house)
{
	int64_t start = clock_monotonic_us();

	house->batch.now_us = house->now_us;
	/* A broken store is a result that tests look at. */
	if (path_walk(&house->gate, &house->batch) < 0)
		printf("# path_walk ended the gate\n");
	house->walk_us += clock_monotonic_us() - start;
}

static void
end(struct house *house)
{
	for (size_t i = 0; i < house->batch.n_asks; i++) {
		struct ask *ask = house->batch.asks[i];

		arena_fini(&ask->arena);
		if (!ask->is_silent)
			free(ask);
	}
	house->batch.n_asks = 0;
	house->batch.n_entries = 0;
	house->batch.failed = REFUSAL_NONE;
	arena_reset(&house->batch.arena);
}

struct house_answer
house_ask(struct house *house, const char *who, const char *operation,
    const char *parameter, const char *key, const char *body)
{
	struct house_answer answer;
	struct buf bytes;
	struct ask *ask;

	buf_init(&bytes, LIMIT_FRAME_BYTES);
	make_frame(house, &bytes, who, operation, parameter, key, body);
	ask = add_ask(house, &bytes);
	walk(house);
	answer = take_answer(house, ask);
	end(house);
	buf_fini(&bytes);
	return answer;
}

void
house_ask_all(struct house *house, struct house_answer *answers,
    const char *const *who, const char *const *bodies, size_t n)
{
	struct buf *bytes = calloc(n, sizeof(*bytes));

	if (bytes == NULL)
		give_up("memory");
	for (size_t i = 0; i < n; i++) {
		char key[32];

		snprintf(key, sizeof(key), "key-%llu",
		    (unsigned long long)house->n_keys++);
		buf_init(&bytes[i], LIMIT_FRAME_BYTES);
		make_frame(house, &bytes[i], who[i], "createRequest", NULL,
		    house->is_keyed ? key : NULL, bodies[i]);
		add_ask(house, &bytes[i]);
	}
	walk(house);
	for (size_t i = 0; i < n; i++)
		answers[i] = take_answer(house, house->batch.asks[i]);
	end(house);
	for (size_t i = 0; i < n; i++)
		buf_fini(&bytes[i]);
	free(bytes);
}

const char *
house_sign_token(struct house *house, const char *header, const char *payload)
{
	struct ed25519_signature signature;
	struct buf text;
	const char *token;

	buf_init(&text, 1 << 20);
	base64_add(&text, BASE64_URL, header, strlen(header));
	buf_add_char(&text, '.');
	base64_add(&text, BASE64_URL, payload, strlen(payload));
	ed25519_sign(&signature, &house->portal_secret, text.bytes, text.len);
	buf_add_char(&text, '.');
	base64_add(&text, BASE64_URL, signature.b, sizeof(signature.b));
	token = arena_str(&house->arena, buf_str(&text)).p;
	buf_fini(&text);
	return token;
}

const char *
house_token(struct house *house, const char *number)
{
	char payload[512];
	long long now = house->now_us / INSTANT_SECOND;

	snprintf(payload, sizeof(payload),
	    "{\"iss\":\"portal\",\"aud\":\"test.example/log\",\"iat\":%lld,"
	    "\"exp\":%lld,\"jti\":\"token-number-%08llu\",\"licence\":{"
	    "\"state\":\"NY\",\"number\":\"%s\"}}",
	    now, now + 60, (unsigned long long)house->n_vouched++, number);
	return house_sign_token(house, HOUSE_TOKEN_HEADER, payload);
}

bool
house_has(struct house_answer answer, const char *text)
{
	return memmem(answer.body.p, answer.body.len, text, strlen(text)) !=
	    NULL;
}

struct str
house_member(struct house *house, struct house_answer answer, const char *name)
{
	json_t *json = json_loadb(answer.body.p, answer.body.len, 0, NULL);
	const json_t *value = json_object_get(json, name);
	struct str out = STR("");

	if (json_is_string(value))
		out = arena_str(&house->arena, str_of(json_string_value(value)));
	json_decref(json);
	return out;
}

uint64_t
house_size(struct house *house)
{
	uint64_t n = 0;

	must(entries_count(house->store, &n), "count");
	return n;
}

struct str
house_leaf(struct house *house, uint64_t index)
{
	struct store_entry entry;

	must(entries_find(house->store, &house->arena, &entry, index), "leaf");
	return entry.bytes;
}
