/* Laying text out in lines; see layout.h. */
#include "cedar/layout.h"

#include "cedar/unicode.h"

enum step_kind {
	STEP_TEXT,
	STEP_SPACE,
	STEP_LINE,
	STEP_BREAK,
	STEP_NEWLINE,
	STEP_OPEN_GROUP,
	STEP_CLOSE_GROUP,
	STEP_OPEN_NEST,
	STEP_CLOSE_NEST,
};

struct layout_step {
	enum step_kind kind;
	unsigned indent; /* of OPEN_NEST and CLOSE_NEST */
	size_t width;	 /* columns of TEXT */
	struct str text;
};

void
cedar_layout_init(struct layout *layout, struct arena *arena)
{
	*layout = (struct layout){ .arena = arena };
}

static void
add(struct layout *layout, struct layout_step step)
{
	if (layout->n == layout->size && !layout->is_full) {
		size_t size = layout->size > 0 ? layout->size * 2 : 64;
		struct layout_step *bigger =
		    ARENA_ARRAY(layout->arena, size, struct layout_step);

		layout->is_full = bigger == NULL;
		if (layout->is_full)
			return;
		if (layout->n > 0)
			memcpy(bigger, layout->steps,
			    layout->n * sizeof(*bigger));
		layout->steps = bigger;
		layout->size = size;
	}
	if (!layout->is_full)
		layout->steps[layout->n++] = step;
}

void
cedar_layout_text(struct layout *layout, struct str text)
{
	add(layout,
	    (struct layout_step){ .kind = STEP_TEXT,
		.width = cedar_unicode_width(text),
		.text = text });
}

void
cedar_layout_space(struct layout *layout)
{
	add(layout, (struct layout_step){ STEP_SPACE });
}

void
cedar_layout_line(struct layout *layout)
{
	add(layout, (struct layout_step){ STEP_LINE });
}

void
cedar_layout_break(struct layout *layout)
{
	add(layout, (struct layout_step){ STEP_BREAK });
}

void
cedar_layout_newline(struct layout *layout)
{
	add(layout, (struct layout_step){ STEP_NEWLINE });
}

void
cedar_layout_open_group(struct layout *layout)
{
	add(layout, (struct layout_step){ STEP_OPEN_GROUP });
}

void
cedar_layout_close_group(struct layout *layout)
{
	add(layout, (struct layout_step){ STEP_CLOSE_GROUP });
}

void
cedar_layout_open_nest(struct layout *layout, unsigned indent)
{
	add(layout, (struct layout_step){ STEP_OPEN_NEST, indent });
}

void
cedar_layout_close_nest(struct layout *layout, unsigned indent)
{
	/* An empty nest is none, or it would hide the end of an outer one. */
	if (layout->n > 0 &&
	    layout->steps[layout->n - 1].kind == STEP_OPEN_NEST)
		layout->n--;
	else
		add(layout, (struct layout_step){ STEP_CLOSE_NEST, indent });
}

struct render {
	const struct layout *layout;
	struct buf *buf;
	size_t width;
	size_t column;
	size_t indent;	  /* of the nests that are open */
	size_t spaces;	  /* not yet written: dropped on an empty line */
	bool is_line_end; /* a newline is due before the next word */
	bool is_begun;	  /* a word was written */
	unsigned flat;	  /* groups open, from the one that fits inwards */
};

/*
 * Does the group that opens at step i fit, with what follows it up to the next
 * break? Behind the group all breaks are taken: only groups inside groups that
 * did not fit are asked about.
 */
static bool
is_fitting(const struct render *render, size_t i)
{
	const struct layout *layout = render->layout;
	size_t column = render->column;
	size_t depth = 0;
	bool is_inside = true;

	for (; i < layout->n && column <= render->width; i++) {
		const struct layout_step *step = &layout->steps[i];

		if (step->kind == STEP_OPEN_GROUP && is_inside)
			depth++;
		else if (step->kind == STEP_CLOSE_GROUP && is_inside)
			is_inside = --depth > 0;
		else if (step->kind == STEP_TEXT)
			column += step->width;
		else if (step->kind == STEP_NEWLINE)
			return !is_inside;
		else if (!is_inside &&
		    (step->kind == STEP_LINE || step->kind == STEP_BREAK))
			return true;
		else if (step->kind == STEP_SPACE || step->kind == STEP_LINE)
			column++;
	}
	return column <= render->width;
}

/* A new line, indented as what will stand on it: ends of nests come first. */
static void
end_line(struct render *render, size_t i)
{
	const struct layout *layout = render->layout;
	size_t indent = render->indent;

	for (i++; i < layout->n; i++) {
		const struct layout_step *step = &layout->steps[i];

		if (step->kind == STEP_CLOSE_NEST)
			indent -= step->indent;
		else if (step->kind != STEP_CLOSE_GROUP)
			break;
	}
	/* Spaces before it stay, as the original leaves them. */
	for (; render->spaces > 0 && !render->is_line_end && render->is_begun &&
	     render->buf->failed == 0;
	     render->spaces--)
		buf_add_char(render->buf, ' ');
	render->is_line_end = true;
	render->spaces = indent;
	render->column = indent;
}

static void
put_space(struct render *render)
{
	render->spaces++;
	render->column++;
}

static void
put_text(struct render *render, const struct layout_step *step)
{
	if (render->is_line_end && render->is_begun)
		buf_add_char(render->buf, '\n');
	for (;
	     render->spaces > 0 && render->is_begun && render->buf->failed == 0;
	     render->spaces--)
		buf_add_char(render->buf, ' ');
	buf_add_str(render->buf, step->text);
	render->column += step->width;
	render->spaces = 0;
	render->is_line_end = false;
	render->is_begun = true;
}

static void
put_group(struct render *render, size_t i)
{
	if (render->flat > 0 || is_fitting(render, i))
		render->flat++;
}

static void
put_step(struct render *render, size_t i)
{
	const struct layout_step *step = &render->layout->steps[i];

	switch (step->kind) {
	case STEP_TEXT:
		put_text(render, step);
		return;
	case STEP_SPACE:
		put_space(render);
		return;
	case STEP_LINE:
		if (render->flat > 0)
			put_space(render);
		else
			end_line(render, i);
		return;
	case STEP_BREAK:
		if (render->flat == 0)
			end_line(render, i);
		return;
	case STEP_NEWLINE:
		end_line(render, i);
		return;
	case STEP_OPEN_GROUP:
		put_group(render, i);
		return;
	case STEP_CLOSE_GROUP:
		render->flat -= render->flat > 0 ? 1 : 0;
		return;
	case STEP_OPEN_NEST:
		render->indent += step->indent;
		return;
	case STEP_CLOSE_NEST:
		render->indent -= step->indent;
		return;
	}
}

void
cedar_layout_render(const struct layout *layout, struct buf *buf, size_t width)
{
	struct render render = { .layout = layout, .buf = buf, .width = width };

	for (size_t i = 0; i < layout->n && buf->failed == 0; i++)
		put_step(&render, i);
}
