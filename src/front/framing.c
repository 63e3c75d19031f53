/* Strict request heads; see framing.h for how they are measured. */
#include "front/framing.h"

#include <strings.h>

#include "limits.h"

void
framing_init(struct framing *framing, const char *method, struct str target,
    const char *version, size_t head_len)
{
	*framing = (struct framing){ .method = method,
		.target = target.p,
		.target_len = target.len,
		.version = version,
		.head_len = head_len };
	/* method SP request-target SP HTTP-version (RFC 9112, 3) */
	framing->is_broken = target.p != method + strlen(method) + 1 ||
	    version != target.p + target.len + 1;
	framing->end = version + strlen(version);
}

static bool
is_named(const char *name, const char *wanted)
{
	return strcasecmp(name, wanted) == 0;
}

/* RFC 9110, 5.6.2. */
static bool
is_token(const char *name)
{
	for (const char *p = name; *p != '\0'; p++) {
		if ((*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') ||
		    (*p >= 'a' && *p <= 'z'))
			continue;
		if (strchr("!#$%&'*+-.^_`|~", *p) == NULL)
			return false;
	}
	return name[0] != '\0';
}

/* RFC 9110, 5.5: no control character but the tab. */
static bool
is_value(struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

void
framing_field(struct framing *framing, const char *name, struct str value)
{
	/* Only the CR LF of the line before may stand in front of a name. */
	if (name != framing->end + 2 || !is_token(name) || !is_value(value) ||
	    value.p < name)
		framing->is_broken = true;
	framing->end = value.p + value.len;
	if (is_named(name, "Host")) {
		framing->n_host++;
	} else if (is_named(name, "Transfer-Encoding")) {
		framing->n_coding++;
	} else if (is_named(name, "Content-Length")) {
		framing->n_length++;
		framing->is_length_bad |= !str_to_u64(&framing->length, value);
		framing->has_body = framing->length > 0;
	}
}

enum problem_id
framing_check(const struct framing *framing, size_t header_bytes,
    size_t body_bytes)
{
	/* Behind the last value: its CR LF and that of the empty line. */
	size_t len = (uintptr_t)framing->end - (uintptr_t)framing->method + 4;

	if (framing->head_len > header_bytes)
		return PROBLEM_HEADER_TOO_LARGE;
	if (strcmp(framing->version, "HTTP/1.1") != 0)
		return PROBLEM_VERSION;
	if (framing->is_broken || framing->head_len != len)
		return PROBLEM_BAD_FRAMING;
	if (framing->n_host != 1 || framing->n_length > 1 ||
	    framing->is_length_bad)
		return PROBLEM_BAD_FRAMING;
	/* RFC 9112, 6.1: both is an attack, or as good as one. */
	if (framing->n_coding > 0)
		return framing->n_length > 0 ? PROBLEM_BAD_FRAMING :
					       PROBLEM_LENGTH_REQUIRED;
	if (framing->length > body_bytes)
		return PROBLEM_BODY_TOO_LARGE;
	if (framing->target_len > LIMIT_FRONT_PATH_BYTES)
		return PROBLEM_TARGET_TOO_LONG;
	return PROBLEM_NONE;
}
