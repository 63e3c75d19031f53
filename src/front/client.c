/* Connections as a list with deadlines. */
#include "front/client.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static void
format_address(char text[static INET6_ADDRSTRLEN],
    const struct sockaddr *address)
{
	const void *bytes = NULL;

	if (address != NULL && address->sa_family == AF_INET)
		bytes = &((const struct sockaddr_in *)(const void *)address)
			     ->sin_addr;
	else if (address != NULL && address->sa_family == AF_INET6)
		bytes = &((const struct sockaddr_in6 *)(const void *)address)
			     ->sin6_addr;
	if (bytes == NULL || inet_ntop(address->sa_family, bytes, text,
	    INET6_ADDRSTRLEN) == NULL)
		text[0] = '\0';
}

struct client *
client_new(struct client_list *list, int fd, void *session,
    const struct sockaddr *address)
{
	struct client *client = calloc(1, sizeof(*client));

	if (client == NULL)
		return NULL;
	client->fd = fd;
	client->session = session;
	format_address(client->address, address);
	client->next = list->first;
	if (list->first != NULL)
		list->first->prev = client;
	list->first = client;
	list->n++;
	return client;
}

struct client *
client_free(struct client *client, struct client_list *list)
{
	if (client == NULL)
		return NULL;
	*(client->prev != NULL ? &client->prev->next : &list->first) =
	    client->next;
	if (client->next != NULL)
		client->next->prev = client->prev;
	list->n--;
	free(client);
	return NULL;
}

void
client_end(struct client *client)
{
	/* Fails only when the peer was quicker. */
	shutdown(client->fd, SHUT_RDWR);
}

void
client_end_late(const struct client_list *list, int64_t now_us, bool idle)
{
	for (struct client *c = list->first; c != NULL; c = c->next) {
		if (c->deadline_us <= now_us || (idle && !c->is_busy))
			client_end(c);
	}
}
