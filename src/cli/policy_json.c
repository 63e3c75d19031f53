/* What `stile policy` prints for programs; see policy_json.h. */
#include "cli/policy_json.h"

static void
put_message(struct json *json, const struct diag *diag)
{
	json_open_object(json);
	json_put_string(json, "severity",
	    diag->is_warning ? STR("warning") : STR("error"));
	json_put_string(json, "file", diag->where);
	if (diag->line > 0) {
		json_put_i64(json, "line", (int64_t)diag->line);
		json_put_i64(json, "column", (int64_t)diag->column);
		json_put_i64(json, "offset", (int64_t)diag->offset);
		json_put_i64(json, "length", (int64_t)diag->len);
	}
	json_put_string(json, "text", diag->text);
	if (diag->help.len > 0)
		json_put_string(json, "help", diag->help);
	json_close_object(json);
}

void
policy_json_messages(struct json *json, const struct policy_input *input)
{
	size_t n_dropped = 0;

	json_key(json, STR("messages"));
	json_open_array(json);
	for (size_t i = 0; i < input->n_messages; i++) {
		const struct diag_list *list = input->messages[i];

		for (size_t k = 0; k < list->n_items; k++)
			put_message(json, &list->items[k]);
		n_dropped += list->n_dropped;
	}
	json_close_array(json);
	if (n_dropped > 0)
		json_put_i64(json, "more", (int64_t)n_dropped);
}

void
policy_json_place(struct json *json, const struct policy_file *file,
    size_t offset)
{
	size_t line;
	size_t column;

	policy_input_place(file->source, offset, &line, &column);
	json_put_string(json, "file", file->name);
	json_put_i64(json, "line", (int64_t)line);
	json_put_i64(json, "column", (int64_t)column);
}

void
policy_json_print(const struct cli *cli, struct buf *buf)
{
	fwrite(buf_str(buf).p, 1, buf->len, cli->out.file);
	fputc('\n', cli->out.file);
	buf_fini(buf);
}

static void
new_line(struct buf *buf, size_t columns)
{
	buf_add_char(buf, '\n');
	while (columns-- > 0 && buf->failed == 0)
		buf_add_char(buf, ' ');
}

void
policy_json_pretty(struct buf *buf, struct str compact, unsigned indent)
{
	bool is_text = false;
	size_t depth = 0;

	for (size_t i = 0; i < compact.len; i++) {
		char c = compact.p[i];
		bool is_close = !is_text && (c == '}' || c == ']');
		bool is_open = !is_text && (c == '{' || c == '[');
		bool is_empty = is_open && i + 1 < compact.len &&
		    (compact.p[i + 1] == '}' || compact.p[i + 1] == ']');

		if (is_close)
			new_line(buf, --depth * indent);
		buf_add_char(buf, c);
		if (is_text && c == '\\' && i + 1 < compact.len)
			buf_add_char(buf, compact.p[++i]);
		else if (c == '"')
			is_text = !is_text;
		else if (is_empty)
			buf_add_char(buf, compact.p[++i]);
		else if (is_open)
			new_line(buf, ++depth * indent);
		else if (!is_text && c == ',')
			new_line(buf, depth * indent);
		else if (!is_text && c == ':')
			buf_add_char(buf, ' ');
	}
	buf_add_char(buf, '\n');
}
