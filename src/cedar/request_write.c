/* Requests written as JSON or as text; see stile/cedar.h. */
#include "cedar/literal.h"
#include "cedar/value_json.h"
#include "util/fault.h"

#define WIDTH 80

static void
write_json(struct buf *buf, const struct cedar_request *request,
    const struct cedar_uid *resource)
{
	struct json json;

	json_init(&json, buf);
	json_open_object(&json);
	json_key(&json, STR("principal"));
	cedar_value_json_add_uid(&json, &request->principal);
	json_key(&json, STR("action"));
	cedar_value_json_add_uid(&json, &request->action);
	json_key(&json, STR("resource"));
	cedar_value_json_add_uid(&json, resource);
	json_key(&json, STR("context"));
	cedar_value_json_add_fields(&json, request->context,
	    request->n_context);
	json_close_object(&json);
}

int
cedar_request_write(struct buf *buf, const struct cedar_request *request,
    struct cedar_uid resource, enum cedar_form form)
{
	struct cedar_field fields[] = {
		{ STR("principal"), cedar_entity_ref(request->principal.type,
		    request->principal.id) },
		{ STR("action"), cedar_entity_ref(request->action.type,
		    request->action.id) },
		{ STR("resource"), cedar_entity_ref(resource.type,
		    resource.id) },
		{ STR("context"), cedar_record(request->context,
		    request->n_context) },
	};
	struct cedar_value record = cedar_record(fields, ARRAY_LEN(fields));
	int r;

	if (form == CEDAR_FORM_TEXT) {
		r = cedar_literal_print(buf, &record, WIDTH);
		return r < 0 ? TRACE(r) : r;
	}
	write_json(buf, request, &resource);
	r = buf_finish(buf);
	return r < 0 ? TRACE(r) : r > 0 ? CEDAR_E_LIMIT : 0;
}
