/* Signed notes (C2SP signed-note, tlog-cosignature); see note.h. */
#include "tlog/note.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "crypto/secret.h"
#include "crypto/sha256.h"
#include "util/base64.h"
#include "util/fault.h"
#include "util/hex.h"
#include "util/utf8.h"

#define DASH "\xe2\x80\x94 " /* U+2014 and a space begin a signature line */

enum {
	ID_BYTES = 4,
	ID_TEXT = 8,
	TIME_BYTES = 8,
	KEY_BYTES = 32,
	SIGNATURE_MAX = ID_BYTES + TIME_BYTES + 64, /* of the types known here */
	COSIGNED_PREFIX_MAX = 64,
};

static uint32_t
read_be32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	    (uint32_t)bytes[2] << 8 | bytes[3];
}

static void
write_be32(uint8_t *bytes, uint32_t value)
{
	for (size_t i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* Unicode's White_Space beyond the controls, which no note may hold. */
static bool
is_space(int32_t code)
{
	return code == ' ' || code == 0x85 || code == 0xa0 || code == 0x1680 ||
	    (code >= 0x2000 && code <= 0x200a) || code == 0x2028 ||
	    code == 0x2029 || code == 0x202f || code == 0x205f ||
	    code == 0x3000;
}

static bool
is_name(struct str name)
{
	size_t at = 0;

	if (name.len == 0 || name.len > LIMIT_TLOG_NAME)
		return false;
	while (at < name.len) {
		int32_t code = utf8_next(name, &at);

		if (code < 0x20 || code == '+' || is_space(code))
			return false;
	}
	return true;
}

static void
name_set(struct tlog_note_name *name, struct str text)
{
	assert(text.len <= LIMIT_TLOG_NAME);
	memcpy(name->text, text.p, text.len);
	name->text[text.len] = '\0';
	name->len = text.len;
}

static struct str
name_str(const struct tlog_note_name *name)
{
	return (struct str){ name->text, name->len };
}

static uint32_t
key_id(const struct tlog_note_key *key)
{
	uint8_t type = (uint8_t)key->type;
	struct sha256 hash;
	struct digest digest;

	sha256_init(&hash);
	sha256_add(&hash, key->name.text, key->name.len);
	sha256_add(&hash, "\n", 1);
	sha256_add(&hash, &type, 1);
	sha256_add(&hash, key->public.b, sizeof(key->public.b));
	sha256_finish(&hash, &digest);
	return read_be32(digest.b);
}

static bool
type_is_known(uint8_t type)
{
	return type == TLOG_NOTE_ED25519 || type == TLOG_NOTE_COSIGNATURE;
}

/*
 * Read name+id+base64(type || 32 bytes): the common part of both key texts.
 * Base64 may hold '+', so the text is cut at the first two.
 */
static bool
key_text_parse(struct tlog_note_key *key, uint8_t bytes[static KEY_BYTES],
    struct str text)
{
	uint8_t body[1 + KEY_BYTES + 3];
	uint8_t id[ID_BYTES];
	size_t len = 0;
	size_t first = str_find(text, '+', 0);
	size_t second = str_find(text, '+', first + 1);
	struct str name = str_part(text, 0, first);
	bool is_good = second < text.len && is_name(name) &&
	    hex_parse(id, sizeof(id), str_part(text, first + 1, second)) &&
	    base64_parse(body, &len, sizeof(body), BASE64_STANDARD,
		str_part(text, second + 1, text.len)) == 0 &&
	    len == 1 + KEY_BYTES && type_is_known(body[0]);

	if (is_good) {
		name_set(&key->name, name);
		key->id = read_be32(id);
		key->type = body[0] == TLOG_NOTE_ED25519
		    ? TLOG_NOTE_ED25519
		    : TLOG_NOTE_COSIGNATURE;
		memcpy(bytes, body + 1, KEY_BYTES);
	}
	secret_wipe(body, sizeof(body));
	return is_good;
}

static void
key_text_add(struct buf *text, const struct tlog_note_key *key,
    const uint8_t bytes[static KEY_BYTES])
{
	uint8_t body[1 + KEY_BYTES];

	body[0] = (uint8_t)key->type;
	memcpy(body + 1, bytes, KEY_BYTES);
	buf_add_format(text, "%s+%08x+", key->name.text, key->id);
	base64_add(text, BASE64_STANDARD, body, sizeof(body));
	secret_wipe(body, sizeof(body));
}

int
tlog_note_key_parse(struct tlog_note_key *key, struct str vkey)
{
	if (!key_text_parse(key, key->public.b, vkey) ||
	    key->id != key_id(key))
		return TLOG_NOTE_E_KEY;
	return 0;
}

void
tlog_note_key_format(const struct tlog_note_key *key, struct buf *vkey)
{
	key_text_add(vkey, key, key->public.b);
}

int
tlog_note_signer_init(struct tlog_note_signer *signer, struct str name,
    enum tlog_note_type type, const struct ed25519_seed *seed)
{
	if (!is_name(name))
		return TLOG_NOTE_E_NAME;
	name_set(&signer->key.name, name);
	signer->key.type = type;
	ed25519_from_seed(&signer->secret, &signer->key.public, seed);
	signer->key.id = key_id(&signer->key);
	return 0;
}

int
tlog_note_signer_parse(struct tlog_note_signer *signer, struct str skey)
{
	struct ed25519_seed seed;
	struct str prefix = STR("PRIVATE+KEY+");
	bool is_good = str_has_prefix(skey, prefix) &&
	    key_text_parse(&signer->key, seed.b,
		str_part(skey, prefix.len, skey.len));

	if (is_good) {
		ed25519_from_seed(&signer->secret, &signer->key.public, &seed);
		secret_wipe(&seed, sizeof(seed));
		is_good = signer->key.id == key_id(&signer->key);
	}
	return is_good ? 0 : TLOG_NOTE_E_KEY;
}

void
tlog_note_signer_format(const struct tlog_note_signer *signer,
    struct buf *skey)
{
	buf_add_text(skey, "PRIVATE+KEY+");
	key_text_add(skey, &signer->key, signer->secret.b);
}

/* Valid UTF-8 without controls below U+0020 but for newline. */
static bool
is_note_text(struct str text)
{
	size_t at = 0;

	while (at < text.len) {
		int32_t code = (unsigned char)text.p[at];

		if (code >= 0x80)
			code = utf8_next(text, &at);
		else
			at++;
		if (code < 0x20 && code != '\n')
			return false;
	}
	return true;
}

/* Where the last empty line begins: the newline before it; len: none. */
static size_t
last_empty_line(struct str bytes)
{
	for (size_t at = bytes.len; at-- > 1;) {
		if (bytes.p[at] == '\n' && bytes.p[at - 1] == '\n')
			return at - 1;
	}
	return bytes.len;
}

static bool
signature_parse(struct tlog_note_signature *signature, struct str line)
{
	uint8_t bytes[LIMIT_TLOG_SIGNATURE_BYTES];
	size_t len = 0;
	size_t space;

	if (!str_has_prefix(line, STR(DASH)))
		return false;
	line = str_part(line, sizeof(DASH) - 1, line.len);
	space = str_find(line, ' ', 0);
	signature->name = str_part(line, 0, space);
	signature->base64 = str_part(line, space + 1, line.len);
	if (!is_name(signature->name) ||
	    base64_parse(bytes, &len, sizeof(bytes), BASE64_STANDARD,
		signature->base64) != 0 || len <= ID_BYTES)
		return false;
	signature->id = read_be32(bytes);
	return true;
}

int
tlog_note_parse(struct tlog_note *note, struct str bytes)
{
	size_t split;
	struct str lines;
	struct str line;

	note->n_signatures = 0;
	if (bytes.len == 0 || bytes.len > LIMIT_TLOG_NOTE_BYTES ||
	    bytes.p[bytes.len - 1] != '\n' || !is_note_text(bytes))
		return TLOG_NOTE_E_FORMAT;
	split = last_empty_line(bytes);
	if (split + 2 >= bytes.len)
		return TLOG_NOTE_E_FORMAT;
	note->text = str_part(bytes, 0, split + 1);
	lines = str_part(bytes, split + 2, bytes.len - 1);
	while (str_split(&line, &lines, '\n')) {
		if (note->n_signatures == LIMIT_TLOG_SIGNATURES ||
		    !signature_parse(&note->signatures[note->n_signatures],
			line))
			return TLOG_NOTE_E_FORMAT;
		note->n_signatures++;
	}
	return 0;
}

/* What a cosigner signs. Returns: 0; fault. */
static int
cosigned_message(struct buf *message, struct str text, uint64_t time)
{
	int r;

	buf_init(message, text.len + COSIGNED_PREFIX_MAX);
	buf_add_text(message, "cosignature/v1\ntime ");
	buf_add_u64(message, time);
	buf_add_char(message, '\n');
	buf_add_str(message, text);
	r = buf_finish(message);
	return r > 0 ? FAULT(ENOBUFS) : TRACE(r);
}

/* Is it this key's signature of the text? Returns: 0; TLOG_NOTE_E_BAD; fault. */
static int
signature_verify(const struct tlog_note_signature *signature,
    struct tlog_note_verdict *verdict, const struct tlog_note_key *key,
    struct str text)
{
	bool is_timed = key->type == TLOG_NOTE_COSIGNATURE;
	size_t skip = is_timed ? ID_BYTES + TIME_BYTES : ID_BYTES;
	uint8_t bytes[SIGNATURE_MAX];
	struct ed25519_signature ed25519;
	CLEANUP(buf_fini) struct buf message = { 0 };
	size_t len = 0;
	int r;

	if (base64_parse(bytes, &len, sizeof(bytes), BASE64_STANDARD,
		signature->base64) != 0 || len != skip + sizeof(ed25519.b))
		return TLOG_NOTE_E_BAD;
	memcpy(ed25519.b, bytes + skip, sizeof(ed25519.b));
	verdict->time = 0;
	if (is_timed) {
		verdict->time = (uint64_t)read_be32(bytes + ID_BYTES) << 32 |
		    read_be32(bytes + ID_BYTES + 4);
		if (verdict->time > (uint64_t)INT64_MAX)
			return TLOG_NOTE_E_BAD;
		r = cosigned_message(&message, text, verdict->time);
		if (r < 0)
			return TRACE(r);
		text = buf_str(&message);
	}
	if (ed25519_verify(&ed25519, &key->public, text.p, text.len) != 0)
		return TLOG_NOTE_E_BAD;
	verdict->is_signed = true;
	return 0;
}

static bool
signature_is_of(const struct tlog_note_signature *signature,
    const struct tlog_note_key *key)
{
	return signature->id == key->id &&
	    str_is_equal(signature->name, name_str(&key->name));
}

int
tlog_note_verify(const struct tlog_note *note,
    struct tlog_note_verdict *verdicts, const struct tlog_note_key *keys,
    size_t n_keys)
{
	bool is_signed = false;

	for (size_t k = 0; k < n_keys; k++) {
		struct tlog_note_verdict verdict = { 0 };

		for (size_t s = 0; s < note->n_signatures; s++) {
			int r = 0;

			if (signature_is_of(&note->signatures[s], &keys[k]))
				r = signature_verify(&note->signatures[s],
				    &verdict, &keys[k], note->text);
			if (r != 0)
				return r > 0 ? TLOG_NOTE_E_BAD : TRACE(r);
		}
		is_signed = is_signed || verdict.is_signed;
		if (verdicts != NULL)
			verdicts[k] = verdict;
	}
	return is_signed ? 0 : TLOG_NOTE_E_UNSIGNED;
}

/* Sign what this type of key signs. Returns: 0; fault. */
static int
sign(struct ed25519_signature *signature, struct str text,
    const struct tlog_note_signer *signer, uint64_t time)
{
	CLEANUP(buf_fini) struct buf message = { 0 };
	int r;

	if (signer->key.type == TLOG_NOTE_COSIGNATURE) {
		r = cosigned_message(&message, text, time);
		if (r < 0)
			return TRACE(r);
		text = buf_str(&message);
	}
	ed25519_sign(signature, &signer->secret, text.p, text.len);
	return 0;
}

void
tlog_note_add_signature(struct buf *lines, struct str text,
    const struct tlog_note_signer *signer, uint64_t time)
{
	uint8_t bytes[SIGNATURE_MAX];
	struct ed25519_signature signature;
	size_t len = ID_BYTES;

	if (sign(&signature, text, signer, time) < 0) {
		if (lines->failed == 0)
			lines->failed = ENOMEM;
		return;
	}
	write_be32(bytes, signer->key.id);
	if (signer->key.type == TLOG_NOTE_COSIGNATURE) {
		write_be32(bytes + len, (uint32_t)(time >> 32));
		write_be32(bytes + len + 4, (uint32_t)time);
		len += TIME_BYTES;
	}
	memcpy(bytes + len, signature.b, sizeof(signature.b));
	len += sizeof(signature.b);
	buf_add_text(lines, DASH);
	buf_add_text(lines, signer->key.name.text);
	buf_add_char(lines, ' ');
	base64_add(lines, BASE64_STANDARD, bytes, len);
	buf_add_char(lines, '\n');
}

int
tlog_note_sign(struct buf *note, struct str text,
    const struct tlog_note_signer *signers, size_t n_signers, uint64_t time)
{
	if (text.len == 0 || text.p[text.len - 1] != '\n' ||
	    !is_note_text(text))
		return TLOG_NOTE_E_FORMAT;
	buf_add_str(note, text);
	buf_add_char(note, '\n');
	for (size_t i = 0; i < n_signers; i++)
		tlog_note_add_signature(note, text, &signers[i], time);
	return 0;
}
