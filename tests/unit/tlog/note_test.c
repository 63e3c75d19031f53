/* Notes: the published ones, the malformed ones, and signing again. */
#include "tlog/note.h"

#include "limits.h"
#include "tap.h"
#include "vectors.h"

static json_t *
load(void)
{
	return vectors_load(TESTS_DIR "/log-vectors/notes-and-paths.json");
}

static struct tlog_note_key
key_of(struct str vkey)
{
	struct tlog_note_key key = { 0 };

	check(tlog_note_key_parse(&key, vkey) == 0);
	return key;
}

static struct str
peter(const json_t *json, const char *member)
{
	return vectors_str(json_array_get(json_object_get(json,
				"signed_notes"), 1), member);
}

static void
published_notes_verify_and_are_signed_again_alike(void)
{
	json_t *json = load();
	size_t n = 0;
	size_t i;
	json_t *row;

	json_array_foreach(json_object_get(json, "signed_notes"), i, row) {
		CLEANUP(buf_fini) struct buf again = { 0 };
		struct tlog_note_key keys[2];
		struct tlog_note_verdict verdicts[2];
		struct tlog_note_signer signer;
		struct tlog_note note;
		size_t n_keys = 1;
		struct str text = vectors_str(row, "note");

		keys[0] = key_of(vectors_str(row, "vkey"));
		if (vectors_str(row, "vkey2").p != NULL)
			keys[n_keys++] = key_of(vectors_str(row, "vkey2"));
		check(tlog_note_parse(&note, text) == 0);
		check(tlog_note_verify(&note, verdicts, keys, n_keys) == 0);
		for (size_t k = 0; k < n_keys; k++)
			check(verdicts[k].is_signed && verdicts[k].time == 0);
		check(tlog_note_verify(&note, NULL, keys, n_keys) == 0);
		n++;
		if (vectors_str(row, "skey").p == NULL)
			continue;
		check(tlog_note_signer_parse(&signer,
			  vectors_str(row, "skey")) == 0);
		buf_init(&again, 4096);
		check(tlog_note_sign(&again, note.text, &signer, 1, 0) == 0);
		check(str_has_prefix(text, buf_str(&again)));
	}
	check_u64(n, 4);
	json_decref(json);
}

static void
keys_are_formatted_as_they_were_read(void)
{
	json_t *json = load();
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct tlog_note_signer signer;
	struct tlog_note_key key = key_of(peter(json, "vkey"));

	buf_init(&text, 4096);
	tlog_note_key_format(&key, &text);
	check_str(buf_str(&text), peter(json, "vkey"));
	buf_reset(&text);
	check(tlog_note_signer_parse(&signer, peter(json, "skey")) == 0);
	tlog_note_signer_format(&signer, &text);
	check_str(buf_str(&text), peter(json, "skey"));
	buf_reset(&text);
	tlog_note_key_format(&signer.key, &text);
	check_str(buf_str(&text), peter(json, "vkey"));
	json_decref(json);
}

/* The rule of golang.org/x/mod/sumdb/note's own test. */
static void
every_part_and_every_change_of_a_vkey_is_refused(void)
{
	json_t *json = load();
	struct str vkey = peter(json, "vkey");
	struct tlog_note_key key;
	char changed[256];
	size_t i;
	json_t *row;

	for (size_t from = 0; from < vkey.len; from++) {
		for (size_t to = from; to <= vkey.len; to++) {
			if (to - from < vkey.len)
				check(tlog_note_key_parse(&key,
					  str_part(vkey, from, to)) ==
				    TLOG_NOTE_E_KEY);
		}
	}
	for (size_t at = 0; at < vkey.len; at++) {
		memcpy(changed, vkey.p, vkey.len);
		changed[at]++;
		check(tlog_note_key_parse(&key, (struct str){ changed,
			  vkey.len }) == TLOG_NOTE_E_KEY);
	}
	json_array_foreach(json_object_get(json, "bad_vkeys"), i, row)
		check(tlog_note_key_parse(&key,
			  str_of(json_string_value(row))) == TLOG_NOTE_E_KEY);
	json_decref(json);
}

static void
parts_of_a_signing_key_are_refused(void)
{
	json_t *json = load();
	struct str skey = peter(json, "skey");
	struct tlog_note_signer signer;

	for (size_t len = 0; len < skey.len; len++)
		check(tlog_note_signer_parse(&signer, str_part(skey, 0, len)) ==
		    TLOG_NOTE_E_KEY);
	check(tlog_note_signer_parse(&signer, peter(json, "vkey")) ==
	    TLOG_NOTE_E_KEY);
	json_decref(json);
}

/* A note of parts, in a buffer of its own length. */
static int
parse(struct str a, struct str b, struct str c)
{
	struct tlog_note note;
	struct buf bytes;
	int r;

	buf_init(&bytes, 2 * (size_t)LIMIT_TLOG_NOTE_BYTES);
	buf_add_str(&bytes, a);
	buf_add_str(&bytes, b);
	buf_add_str(&bytes, c);
	r = tlog_note_parse(&note, buf_str(&bytes));
	buf_fini(&bytes);
	return r;
}

static void
malformed_notes_are_refused(void)
{
	json_t *json = load();
	struct str good = peter(json, "note");
	struct str none = STR("");
	size_t text_len = str_find(good, '\n', 0) + 1;

	text_len = str_find(good, '\n', text_len) + 1;
	check(parse(good, none, none) == 0);
	check(parse(str_part(good, 0, text_len), none, none) ==
	    TLOG_NOTE_E_FORMAT);
	check(parse(str_part(good, 0, text_len), STR("\n"), none) ==
	    TLOG_NOTE_E_FORMAT);
	check(parse(str_part(good, 0, good.len - 1), none, none) ==
	    TLOG_NOTE_E_FORMAT);
	check(parse(STR("\x01"), good, none) == TLOG_NOTE_E_FORMAT);
	check(parse(STR("\xff"), good, none) == TLOG_NOTE_E_FORMAT);
	check(parse(STR("\t"), good, none) == TLOG_NOTE_E_FORMAT);
	check(parse(good, STR("\n"), none) == TLOG_NOTE_E_FORMAT);
	check(parse(good, STR("extra\n"), none) == TLOG_NOTE_E_FORMAT);
	check(parse(good, STR("\xe2\x80\x94 a b x08go/ZJ\n"), none) ==
	    TLOG_NOTE_E_FORMAT);
	check(parse(good, STR("\xe2\x80\x94 a+b x08go/ZJ\n"), none) ==
	    TLOG_NOTE_E_FORMAT);
	check(parse(good, STR("\xe2\x80\x94  x08go/ZJ\n"), none) ==
	    TLOG_NOTE_E_FORMAT);
	check(parse(good, STR("\xe2\x80\x94 a\xe3\x80\x80 x08go/ZJ\n"), none) ==
	    TLOG_NOTE_E_FORMAT);
	check(parse(good, STR("\xe2\x80\x94 a x08goA==\n"), none) ==
	    TLOG_NOTE_E_FORMAT); /* an id and no signature */
	check(parse(good, STR("\xe2\x80\x94 a x08go/Z\n"), none) ==
	    TLOG_NOTE_E_FORMAT);
	check(parse(good, STR("\xe2\x80\x94 a\n"), none) ==
	    TLOG_NOTE_E_FORMAT);
	check(parse(good, STR("- a x08go/ZJ\n"), none) == TLOG_NOTE_E_FORMAT);
	check(parse(good, STR("\xe2\x80\x94 a x08go/ZJ\n"), none) == 0);
	json_decref(json);
}

static void
cut_anywhere_a_note_is_refused_or_has_fewer_signatures(void)
{
	json_t *json = load();
	struct str good = peter(json, "note");
	struct tlog_note note;

	for (size_t len = 0; len < good.len; len++) {
		int r = tlog_note_parse(&note, str_part(good, 0, len));

		check(r == TLOG_NOTE_E_FORMAT ||
		    (r == 0 && note.n_signatures == 1));
	}
	json_decref(json);
}

static void
unknown_keys_are_ignored_and_known_bad_signatures_condemn(void)
{
	json_t *json = load();
	struct str good = peter(json, "note");
	struct tlog_note_key keys[2] = { key_of(peter(json, "vkey")),
		key_of(peter(json, "vkey2")) };
	struct tlog_note_key other = key_of(vectors_str(json_array_get(
	    json_object_get(json, "signed_notes"), 0), "vkey"));
	struct tlog_note note;
	char bad[512];
	size_t second;

	check(tlog_note_parse(&note, good) == 0);
	check_u64(note.n_signatures, 2);
	check(tlog_note_verify(&note, NULL, &other, 1) ==
	    TLOG_NOTE_E_UNSIGNED);
	check(tlog_note_verify(&note, NULL, NULL, 0) == TLOG_NOTE_E_UNSIGNED);
	memcpy(bad, good.p, good.len);
	second = (size_t)(strstr(good.p, "zmZa0SO3") - good.p);
	bad[second] = 'y';
	check(tlog_note_parse(&note, (struct str){ bad, good.len }) == 0);
	check(tlog_note_verify(&note, NULL, &keys[0], 1) == 0);
	check(tlog_note_verify(&note, NULL, keys, 2) == TLOG_NOTE_E_BAD);
	check(tlog_note_verify(&note, NULL, &keys[1], 1) == TLOG_NOTE_E_BAD);
	bad[second] = 'z';
	bad[0] = 'J';
	check(tlog_note_parse(&note, (struct str){ bad, good.len }) == 0);
	check(tlog_note_verify(&note, NULL, &keys[0], 1) == TLOG_NOTE_E_BAD);
	json_decref(json);
}

/* The same key twice: the good one first does not save the bad one. */
static void
a_bad_signature_behind_a_good_one_of_the_same_key_condemns(void)
{
	CLEANUP(buf_fini) struct buf bytes = { 0 };
	struct ed25519_seed seed = { { 1 } };
	struct tlog_note_signer signer;
	struct tlog_note note;

	check(tlog_note_signer_init(&signer, STR("twice"), TLOG_NOTE_ED25519,
		  &seed) == 0);
	buf_init(&bytes, 4096);
	check(tlog_note_sign(&bytes, STR("a\n"), &signer, 1, 0) == 0);
	tlog_note_add_signature(&bytes, STR("b\n"), &signer, 0);
	check(tlog_note_parse(&note, buf_str(&bytes)) == 0);
	check(tlog_note_verify(&note, NULL, &signer.key, 1) ==
	    TLOG_NOTE_E_BAD);
}

static void
sixteen_and_up_to_limit_tlog_signatures_are_read(void)
{
	CLEANUP(buf_fini) struct buf bytes = { 0 };
	struct ed25519_seed seed = { { 2 } };
	struct tlog_note_signer signer;
	struct tlog_note note;

	buf_init(&bytes, LIMIT_TLOG_NOTE_BYTES);
	check(tlog_note_signer_init(&signer, STR("many"), TLOG_NOTE_ED25519,
		  &seed) == 0);
	check(tlog_note_sign(&bytes, STR("text\n"), &signer, 1, 0) == 0);
	for (size_t n = 1; n < LIMIT_TLOG_SIGNATURES; n++) {
		char name[16];

		check(tlog_note_parse(&note, buf_str(&bytes)) == 0);
		check_u64(note.n_signatures, n);
		snprintf(name, sizeof(name), "witness%zu", n);
		check(tlog_note_signer_init(&signer, str_of(name),
			  TLOG_NOTE_ED25519, &seed) == 0);
		tlog_note_add_signature(&bytes, STR("text\n"), &signer, 0);
	}
	check(tlog_note_parse(&note, buf_str(&bytes)) == 0);
	check_u64(note.n_signatures, LIMIT_TLOG_SIGNATURES);
	tlog_note_add_signature(&bytes, STR("text\n"), &signer, 0);
	check(tlog_note_parse(&note, buf_str(&bytes)) == TLOG_NOTE_E_FORMAT);
}

/* LIMIT_TLOG_NOTE_BYTES, LIMIT_TLOG_SIGNATURE_BYTES, LIMIT_TLOG_NAME */
static void
longer_notes_signatures_and_names_are_refused(void)
{
	static char text[LIMIT_TLOG_NOTE_BYTES + 1];
	struct str tail = STR("\n\xe2\x80\x94 a x08go/ZJ\n");
	struct ed25519_seed seed = { { 3 } };
	struct tlog_note_signer signer;
	uint8_t signature[LIMIT_TLOG_SIGNATURE_BYTES + 1] = { 0 };
	char base64[2 * sizeof(signature)];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - tail.len - 1] = '\n';
	check(parse(str_part((struct str){ text, sizeof(text) }, 1,
		      sizeof(text) - tail.len), tail, STR("")) == 0);
	check(parse(str_part((struct str){ text, sizeof(text) }, 0,
		      sizeof(text) - tail.len), tail, STR("")) ==
	    TLOG_NOTE_E_FORMAT);
	for (size_t len = sizeof(signature) - 1; len <= sizeof(signature);
	     len++) {
		base64_format(base64, BASE64_STANDARD, signature, len);
		check(parse(STR("t\n\n\xe2\x80\x94 a "),
			  (struct str){ base64, base64_text_len(
						    BASE64_STANDARD, len) },
			  STR("\n")) ==
		    (len == sizeof(signature) ? TLOG_NOTE_E_FORMAT : 0));
	}
	check(tlog_note_signer_init(&signer,
		  (struct str){ text, LIMIT_TLOG_NAME }, TLOG_NOTE_ED25519,
		  &seed) == 0);
	check(tlog_note_signer_init(&signer,
		  (struct str){ text, LIMIT_TLOG_NAME + 1 },
		  TLOG_NOTE_ED25519, &seed) == TLOG_NOTE_E_NAME);
	check(tlog_note_signer_init(&signer, STR(""), TLOG_NOTE_ED25519,
		  &seed) == TLOG_NOTE_E_NAME);
	check(tlog_note_signer_init(&signer, STR("a b"), TLOG_NOTE_ED25519,
		  &seed) == TLOG_NOTE_E_NAME);
	check(tlog_note_signer_init(&signer, STR("a+b"), TLOG_NOTE_ED25519,
		  &seed) == TLOG_NOTE_E_NAME);
}

/* Real cosignatures of type 0x04 beside a signature of a type we ignore. */
static void
published_cosignatures_verify_with_their_time(void)
{
	static const struct {
		const char *path;
		const char *vkey;
		uint64_t time;
	} rows[] = {
		{ "/000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784"
		  "ea9706/checkpoint",
		    "witness.example.org+b8a2cf20+"
		    "BFLN3yikSfFkVAJtrnh/CiY3Zozkoy7clp+P7XB28qUN", 1767139200 },
		{ "/mirror/000de184301123b9278c086a7d9f68c9577e83872224c197058f"
		  "d90784ea9706/checkpoint",
		    "mirror.example.org+3fb148ef+"
		    "BAAjjch9GyYz0sJsJx7ALhbdAtz2ov0unbzSl1vMp94O", 1767139200 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char path[512];
		char bytes[4096];
		struct tlog_note_key key = key_of(str_of(rows[i].vkey));
		struct tlog_note_verdict verdict;
		struct tlog_note note;
		size_t len;
		FILE *file;

		snprintf(path, sizeof(path),
		    TESTS_DIR "/log-vectors/sunlight-witness-mirror300%s",
		    rows[i].path);
		file = fopen(path, "rb");
		if (!check(file != NULL))
			continue;
		len = fread(bytes, 1, sizeof(bytes), file);
		fclose(file);
		check(tlog_note_parse(&note, (struct str){ bytes, len }) == 0);
		check(tlog_note_verify(&note, &verdict, &key, 1) == 0);
		check(verdict.is_signed);
		check_u64(verdict.time, rows[i].time);
		bytes[30] ^= 1;
		check(tlog_note_verify(&note, &verdict, &key, 1) ==
		    TLOG_NOTE_E_BAD);
	}
}

static void
a_cosignature_of_ours_verifies_and_binds_its_time(void)
{
	CLEANUP(buf_fini) struct buf bytes = { 0 };
	struct ed25519_seed seed = { { 4 } };
	struct tlog_note_signer signers[2];
	struct tlog_note_key keys[2];
	struct tlog_note_verdict verdicts[2];
	struct tlog_note note;

	check(tlog_note_signer_init(&signers[0], STR("log"), TLOG_NOTE_ED25519,
		  &seed) == 0);
	check(tlog_note_signer_init(&signers[1], STR("witness"),
		  TLOG_NOTE_COSIGNATURE, &seed) == 0);
	buf_init(&bytes, 4096);
	check(tlog_note_sign(&bytes, STR("log\n0\nx\n"), signers, 2,
		  1767139200) == 0);
	keys[0] = signers[0].key;
	keys[1] = signers[1].key;
	check(keys[0].id != keys[1].id);
	check(tlog_note_parse(&note, buf_str(&bytes)) == 0);
	check(tlog_note_verify(&note, verdicts, keys, 2) == 0);
	check_u64(verdicts[0].time, 0);
	check_u64(verdicts[1].time, 1767139200);
	/* The last character of the time is the 13th of the signature line. */
	strstr(bytes.bytes, "witness ")[8 + 14] ^= 1;
	check(tlog_note_verify(&note, verdicts, keys, 2) == TLOG_NOTE_E_BAD);
}

static void
text_that_is_no_note_is_not_signed(void)
{
	CLEANUP(buf_fini) struct buf bytes = { 0 };
	struct ed25519_seed seed = { { 5 } };
	struct tlog_note_signer signer;

	check(tlog_note_signer_init(&signer, STR("log"), TLOG_NOTE_ED25519,
		  &seed) == 0);
	buf_init(&bytes, 4096);
	check(tlog_note_sign(&bytes, STR("no newline"), &signer, 1, 0) ==
	    TLOG_NOTE_E_FORMAT);
	check(tlog_note_sign(&bytes, STR(""), &signer, 1, 0) ==
	    TLOG_NOTE_E_FORMAT);
	check(tlog_note_sign(&bytes, STR("bell\a\n"), &signer, 1, 0) ==
	    TLOG_NOTE_E_FORMAT);
	check_u64(bytes.len, 0);
}

static const struct tap_test tests[] = {
	TEST(published_notes_verify_and_are_signed_again_alike),
	TEST(keys_are_formatted_as_they_were_read),
	TEST(every_part_and_every_change_of_a_vkey_is_refused),
	TEST(parts_of_a_signing_key_are_refused),
	TEST(malformed_notes_are_refused),
	TEST(cut_anywhere_a_note_is_refused_or_has_fewer_signatures),
	TEST(unknown_keys_are_ignored_and_known_bad_signatures_condemn),
	TEST(a_bad_signature_behind_a_good_one_of_the_same_key_condemns),
	TEST(sixteen_and_up_to_limit_tlog_signatures_are_read),
	TEST(longer_notes_signatures_and_names_are_refused),
	TEST(published_cosignatures_verify_with_their_time),
	TEST(a_cosignature_of_ours_verifies_and_binds_its_time),
	TEST(text_that_is_no_note_is_not_signed),
};

TAP_MAIN(tests)
