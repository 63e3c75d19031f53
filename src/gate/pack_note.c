/* Signing and checking a pack's folder; see pack_note.h. */
#include "gate/pack_note.h"

#include <errno.h>
#include <unistd.h>

#include "crypto/sha256.h"
#include "limits.h"
#include "tlog/note.h"
#include "util/fault.h"
#include "util/file.h"
#include "util/hex.h"

/* Sorted: the order of the lines. pack.sig itself is not among them. */
static const struct {
	const char *name;
	bool is_optional;
} files[] = {
	{ "pack.conf", false },
	{ "policies.cedar", false },
	{ "release.conf", true }, /* of a pack that says what is public */
	{ "schema.cedarschema", false },
	{ "tests.json", false },
};

static void
digest_hex(char text[static 65], struct str bytes)
{
	struct digest digest;

	sha256_of(&digest, bytes.p, bytes.len);
	hex_format(text, digest.b, sizeof(digest.b));
}

/* The text that is signed; its digest becomes the pack's hash. */
static int
write_text(struct buf *text, struct pack *pack, int folder,
    struct diag_list *diags)
{
	char hex[65];

	buf_add_format(text, "stile.pack/v1\n%.*s\n%llu\n", STR_ARG(pack->name),
	    (unsigned long long)pack->version);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		struct str bytes;
		int r;

		if (files[i].is_optional &&
		    faccessat(folder, files[i].name, F_OK, 0) < 0)
			continue;
		r = pack_read(&bytes, &pack->arena, folder, files[i].name,
		    diags);
		if (r != 0)
			return r < 0 ? TRACE(r) : r;
		digest_hex(hex, bytes);
		buf_add_format(text, "%s %s\n", hex, files[i].name);
	}
	if (buf_finish(text) != 0)
		return FAULT(ENOMEM);
	digest_hex(pack->hash, buf_str(text));
	return 0;
}

static int
check_signature(struct pack *pack, struct str text, struct str signed_note,
    struct str vkey, struct diag_list *diags)
{
	struct str where = STR("pack.sig");
	struct tlog_note_key key;
	struct tlog_note note;

	if (tlog_note_key_parse(&key, str_trim(vkey)) != 0)
		diag_error_at(diags, where,
		    "the trusted key of `%.*s` is not a verifier key",
		    STR_ARG(pack->authority));
	else if (tlog_note_parse(&note, signed_note) != 0)
		diag_error_at(diags, where, "it is not a signed note");
	else if (!str_is_equal(note.text, text))
		diag_error_at(diags, where,
		    "the signature is for other files: the pack was changed "
		    "after it was signed");
	else if (tlog_note_verify(&note, NULL, &key, 1) != 0)
		diag_error_at(diags, where,
		    "it is not signed by its authority `%.*s`",
		    STR_ARG(pack->authority));
	else
		return 0;
	return PACK_E_BAD;
}

int
pack_note_check(struct pack *pack, int folder, struct str vkey,
    struct diag_list *diags)
{
	CLEANUP(buf_fini) struct buf text = { 0 };
	struct str signed_note;
	int r;

	buf_init(&text, LIMIT_TLOG_NOTE_BYTES);
	r = write_text(&text, pack, folder, diags);
	if (r != 0 || vkey.len == 0)
		return r < 0 ? TRACE(r) : r;
	r = pack_read(&signed_note, &pack->arena, folder, "pack.sig", diags);
	if (r == 0)
		r = check_signature(pack, buf_str(&text), signed_note, vkey,
		    diags);
	return r < 0 ? TRACE(r) : r;
}

int
pack_note_sign(struct pack *pack, int folder, struct str skey,
    struct diag_list *diags)
{
	CLEANUP(buf_fini) struct buf text = { 0 };
	CLEANUP(buf_fini) struct buf note = { 0 };
	struct tlog_note_signer signer;
	int r;

	buf_init(&text, LIMIT_TLOG_NOTE_BYTES);
	buf_init(&note, LIMIT_TLOG_NOTE_BYTES);
	r = write_text(&text, pack, folder, diags);
	if (r != 0)
		return r < 0 ? TRACE(r) : r;
	if (tlog_note_signer_parse(&signer, str_trim(skey)) != 0) {
		diag_error_at(diags, STR("key"), "it is not a signer key");
		return PACK_E_BAD;
	}
	r = tlog_note_sign(&note, buf_str(&text), &signer, 1, 0);
	if (r != 0 || buf_finish(&note) != 0)
		return FAULT(EINVAL);
	return TRACE(file_replace(folder, "pack.sig", buf_str(&note), 0644));
}
