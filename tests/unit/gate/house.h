/*
 * A holder for gate tests: a real store in a temporary folder, real packs
 * signed on the spot, a keeper in process that signs only what extends, a
 * settable clock, seeded randomness, a record source of a few made-up rows.
 */
#ifndef STILE_TESTS_GATE_HOUSE_H
#define STILE_TESTS_GATE_HOUSE_H

#include "gate/path.h"
#include "source/source_fixture.h"
#include "store/store.h"
#include "tlog/note.h"
#include "util/random.h"

struct house {
	char dir[64];
	struct store *store;
	struct source source;
	struct source_fixture fixture;
	struct random_state random;
	int64_t now_us;
	struct tlog_note_signer signer;
	struct seal_public seal_public;
	struct seal_secret seal_secret;
	uint64_t signed_size;
	struct digest signed_root;
	bool is_keeper_down;
	bool is_signing_down;
	bool is_unwrap_down;
	bool is_index_down;
	bool is_answer_lost; /* it signed, and was not heard */
	size_t n_signed;
	size_t n_tokens; /* made, of consignments */
	int64_t walk_us; /* spent in path_walk, for benches */
	bool is_keyed;	 /* house_ask_all() gives each ask a key of its own */
	uint64_t n_keys;
	size_t n_indexed; /* subjects the keeper made indexes of */
	size_t n_unwrapped;
	struct ed25519_secret portal_secret; /* of "portal", "NYDMV"'s */
	struct gate_portal portal;
	const char *token; /* put into each frame; NULL: none */
	uint64_t n_vouched;
	struct gate gate;
	struct batch batch;
	struct arena arena; /* of answers */
};

/* Begin; ends the program when it cannot. */
void house_open(struct house *house);
void house_close(struct house *house);

/* Close the gate and open it again on the same store, as after a crash. */
void house_restart(struct house *house);

struct house_answer {
	uint64_t status;
	struct str body;
	struct str type;
};

/*
 * One ask. who: "amy" (requester, on case 24-001), "bob" (not on it), "sue"
 * (supervisor), "old" (training lapsed), "out" (suspended), "zed" (another
 * agency), "nobody" (unknown certificate); of the holder's staff "cal"
 * (counsel), "pam" and "dan" (privacy officers), "dot" (data owner and
 * counsel), "dora" (data owner), "kim" and "ken" (key holders); "portal". amy is also
 * on 24-777, which is sealed; 24-001 is not. body: JSON text.
 */
struct house_answer house_ask(struct house *house, const char *who,
    const char *operation, const char *parameter, const char *key,
    const char *body);

/*
 * A token of the portal for the licence of that number in NY, good now and once;
 * of the house's arena.
 */
const char *house_token(struct house *house, const char *number);

/* Sign a header and a payload, JSON texts, as the portal does. */
const char *house_sign_token(struct house *house, const char *header,
    const char *payload);

#define HOUSE_TOKEN_HEADER                                                     \
	"{\"alg\":\"EdDSA\",\"kid\":\"portal\",\"typ\":\"stile-self+jwt\"}"

/* Several in one batch; arrays of n. */
void house_ask_all(struct house *house, struct house_answer *answers,
    const char *const *who, const char *const *bodies, size_t n);

/* createRequest with the ground 24-001 and the usual rest. */
#define HOUSE_REQUEST(subject, fields)                                         \
	"{\"subject\":" subject ",\"ground\":{\"investigation\":\"24-001\"},"  \
	"\"purpose\":\"dppa-1\",\"end_use\":\"criminal\",\"fields\":" fields   \
	",\"reason\":\"owner of the car seen at the scene\"}"

#define HOUSE_PLATE                                                            \
	"{\"plate\":{\"state\":\"NY\",\"number\":\"ABC1234\",\"year\":2026,"   \
	"\"type\":\"PC\"}}"

/* Whether the body holds the text. */
bool house_has(struct house_answer answer, const char *text);

/* The text of a string member, unescaped by the JSON library; "" if absent. */
struct str house_member(struct house *house, struct house_answer answer,
    const char *name);

uint64_t house_size(struct house *house);

/* The leaf of an entry. */
struct str house_leaf(struct house *house, uint64_t index);

#endif
