/* Text into HTML; see webtext.h. */
#include "release/webtext.h"

#include "claims/jsontext.h"
#include "limits.h"
#include "util/utf8.h"

void
webtext_add(struct buf *html, struct str text)
{
	size_t at = 0;

	while (at < text.len) {
		size_t from = at;
		int32_t code = utf8_next(text, &at);

		if (code == '<')
			buf_add_text(html, "&lt;");
		else if (code == '>')
			buf_add_text(html, "&gt;");
		else if (code == '&')
			buf_add_text(html, "&amp;");
		else if (code == '"')
			buf_add_text(html, "&quot;");
		else if (code < 0 || utf8_is_deceptive((uint32_t)code))
			buf_add_text(html, "\xef\xbf\xbd");
		else
			buf_add(html, text.p + from, at - from);
		if (at == from)
			at++; /* not UTF-8: step over one byte */
	}
}

void
webtext_add_value(struct buf *html, struct str json)
{
	CLEANUP(buf_fini) struct buf plain = { 0 };

	if (str_is_equal(json, STR("null"))) {
		buf_add_text(html, "\xe2\x80\x94");
		return;
	}
	if (json.len < 2 || json.p[0] != '"') {
		webtext_add(html, json);
		return;
	}
	buf_init(&plain, LIMIT_CLAIMS_VALUE);
	claims_jsontext_unescape(&plain, str_part(json, 1, json.len - 1));
	webtext_add(html, buf_str(&plain));
}

void
webtext_add_head(struct buf *html, struct str title, const char *style)
{
	buf_add_text(html,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" "
	    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	    "<title>");
	webtext_add(html, title);
	buf_add_text(html, "</title>\n<style>\n");
	buf_add_text(html, style);
	buf_add_text(html, "</style>\n</head>\n<body>\n");
}
