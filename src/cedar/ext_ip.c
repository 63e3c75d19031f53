/* IP addresses; see ext_ip.h. */
#include "cedar/ext_ip.h"

#include <arpa/inet.h>
#include <stdio.h>

/* Decimal digits without a leading zero, at most max. */
static bool
small_number(unsigned *value, struct str text, unsigned max)
{
	*value = 0;
	if (text.len == 0 || text.len > 3 ||
	    (text.len > 1 && text.p[0] == '0'))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		*value = *value * 10 + (unsigned)(text.p[i] - '0');
	}
	return *value <= max;
}

static bool
parse_v4(struct cedar_ip *ip, struct str text)
{
	struct str rest = text;
	struct str piece;
	unsigned n = 0;

	/* str_split() does not show an empty piece at the end. */
	if (text.len == 0 || text.p[text.len - 1] == '.')
		return false;
	while (str_split(&piece, &rest, '.')) {
		unsigned octet;

		if (n == 4 || !small_number(&octet, piece, 255))
			return false;
		ip->bytes[n++] = (uint8_t)octet;
	}
	return n == 4;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* One to four hex digits at *at. */
static bool
group(unsigned *value, struct str text, size_t *at)
{
	size_t start = *at;

	*value = 0;
	while (*at < text.len && hex_digit(text.p[*at]) >= 0) {
		if (*at - start == 4)
			return false;
		*value = *value * 16 + (unsigned)hex_digit(text.p[(*at)++]);
	}
	return *at > start;
}

/* Move the groups behind the gap to the end. */
static void
open_gap(uint8_t bytes[static 16], unsigned gap, unsigned n)
{
	unsigned n_tail = (n - gap) * 2;

	memmove(bytes + 16 - n_tail, bytes + gap * 2, n_tail);
	memset(bytes + gap * 2, 0, 16 - n_tail - gap * 2);
}

/* RFC 4291 section 2.2, forms 1 and 2. */
static bool
parse_v6(struct cedar_ip *ip, struct str text)
{
	unsigned n = 0;
	unsigned gap = 9; /* none */
	size_t at = 0;

	if (str_has_prefix(text, STR("::"))) {
		gap = 0;
		at = 2;
	}
	while (at < text.len) {
		unsigned value;

		if (n == 8 || !group(&value, text, &at))
			return false;
		ip->bytes[n * 2] = (uint8_t)(value >> 8);
		ip->bytes[n * 2 + 1] = (uint8_t)value;
		n++;
		if (at == text.len)
			break;
		if (text.p[at++] != ':' || at == text.len)
			return false;
		if (text.p[at] == ':') {
			if (gap <= 8)
				return false;
			gap = n;
			at++;
		}
	}
	/* `::` stands for at least one group. */
	if (gap > 8)
		return n == 8;
	if (n == 8)
		return false;
	open_gap(ip->bytes, gap, n);
	return true;
}

int
cedar_ext_ip_parse(struct cedar_ip *ip, struct str text)
{
	size_t slash = str_find(text, '/', 0);
	struct str address = str_part(text, 0, slash);
	unsigned max;
	unsigned prefix;

	*ip = (struct cedar_ip){ 0 };
	ip->is_v6 = str_find(address, ':', 0) < address.len;
	max = ip->is_v6 ? 128 : 32;
	if (ip->is_v6 ? !parse_v6(ip, address) : !parse_v4(ip, address))
		return EXT_IP_E_FORM;
	ip->prefix = (uint8_t)max;
	if (slash == text.len)
		return 0;
	if (!small_number(&prefix, str_part(text, slash + 1, text.len), max))
		return EXT_IP_E_PREFIX;
	ip->prefix = (uint8_t)prefix;
	return 0;
}

bool
cedar_ext_ip_is_in_range(const struct cedar_ip *inner,
    const struct cedar_ip *outer)
{
	unsigned whole = outer->prefix / 8;
	unsigned bits = outer->prefix % 8;

	if (inner->is_v6 != outer->is_v6 || inner->prefix < outer->prefix)
		return false;
	if (memcmp(inner->bytes, outer->bytes, whole) != 0)
		return false;
	return bits == 0 || ((inner->bytes[whole] ^ outer->bytes[whole]) >>
	    (8 - bits)) == 0;
}

bool
cedar_ext_ip_is_loopback(const struct cedar_ip *ip)
{
	static const struct cedar_ip v4 = { .bytes = { 127 }, .prefix = 8 };
	static const struct cedar_ip v6 = { .bytes = { [15] = 1 },
		.prefix = 128, .is_v6 = true };

	return cedar_ext_ip_is_in_range(ip, ip->is_v6 ? &v6 : &v4);
}

bool
cedar_ext_ip_is_multicast(const struct cedar_ip *ip)
{
	static const struct cedar_ip v4 = { .bytes = { 224 }, .prefix = 4 };
	static const struct cedar_ip v6 = { .bytes = { 255 }, .prefix = 8,
		.is_v6 = true };

	return cedar_ext_ip_is_in_range(ip, ip->is_v6 ? &v6 : &v4);
}

/* The longest run of zero words, of two at least: RFC 5952 writes it `::`. */
static unsigned
zero_run(const struct cedar_ip *ip, unsigned *first)
{
	unsigned best = 1;
	unsigned n = 0;

	*first = 8;
	for (unsigned i = 0; i < 8; i++) {
		bool is_zero = (ip->bytes[i * 2] | ip->bytes[i * 2 + 1]) == 0;

		n = is_zero ? n + 1 : 0;
		if (n > best) {
			best = n;
			*first = i + 1 - n;
		}
	}
	return *first < 8 ? best : 0;
}

/* Never the form with an IPv4 inside, which does not parse. */
static void
format_v6(char address[static INET6_ADDRSTRLEN], const struct cedar_ip *ip)
{
	unsigned first;
	unsigned n = zero_run(ip, &first);
	size_t len = 0;

	for (unsigned i = 0; i < 8; i++) {
		if (n > 0 && i == first) {
			len += (size_t)snprintf(address + len,
			    INET6_ADDRSTRLEN - len, "::");
			i += n - 1;
			continue;
		}
		len += (size_t)snprintf(address + len, INET6_ADDRSTRLEN - len,
		    "%s%x", i > 0 && i != first + n ? ":" : "",
		    (unsigned)(ip->bytes[i * 2] << 8 | ip->bytes[i * 2 + 1]));
	}
}

size_t
cedar_ext_ip_format(char text[static EXT_IP_TEXT], const struct cedar_ip *ip)
{
	char address[INET6_ADDRSTRLEN];

	if (ip->is_v6)
		format_v6(address, ip);
	else
		snprintf(address, sizeof(address), "%u.%u.%u.%u", ip->bytes[0],
		    ip->bytes[1], ip->bytes[2], ip->bytes[3]);
	return (size_t)snprintf(text, EXT_IP_TEXT, "%s/%u", address,
	    ip->prefix);
}
