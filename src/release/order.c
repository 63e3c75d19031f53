/* What a release is about; see order.h. */
#include "release/order.h"

#include "release/secrecy.h"
#include "util/fault.h"

int
order_shows(const struct order *order, bool *is_shown, struct stock *stock,
    const struct stock_entry *entry)
{
	bool is_sealed;
	struct str agency;
	int r;

	*is_shown = false;
	if (!entry->is_kept || !profile_has_kind(order->profile, entry->type))
		return 0;
	if (order->kind.len > 0 && !str_is_equal(order->kind, entry->type))
		return 0;
	if (order->agency.len > 0) {
		r = stock_text(stock, entry, "agency", &agency);
		if (r != 0 || !str_is_equal(agency, order->agency))
			return r < 0 ? TRACE(r) : r;
	}
	r = secrecy_of(&is_sealed, stock, entry, order->now_us);
	*is_shown = r == 0 && !is_sealed;
	return r < 0 ? TRACE(r) : r;
}

/* Did a rule approve what the asker typed? */
static bool
is_approved(const struct stock_entry *entry)
{
	const struct claims_claim *decision = claims_find(&entry->claims,
	    "decision");

	return decision != NULL && decision->state == CLAIMS_OPEN &&
	    (str_is_equal(decision->value, STR("\"permit\"")) ||
		str_is_equal(decision->value, STR("\"done\"")));
}

struct profile_rule
order_rule(const struct order *order, const struct stock_entry *entry,
    size_t i)
{
	struct str label = entry->claims.claims[i].label;
	struct profile_rule rule = profile_find(order->profile, entry->type,
	    label);

	if (rule.action == PROFILE_OPEN &&
	    profile_nature(label) == PROFILE_TYPED && !is_approved(entry)) {
		rule.action = PROFILE_REVIEW;
		rule.exemptions = order->profile->given;
	}
	return rule;
}
