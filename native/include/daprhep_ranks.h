/*
 * The C interface over c10d, PyTorch's engine for many processes: a rendezvous (TCPStore) and collectives over it (Gloo between CPUs,
 * NCCL between GPUs). Errors, tensors and the boundary are as in daprhep_torch.h.
 * A store may be used by several threads, one after the other: a call that waits lets no other in. Collectives of a group must be started
 * in the same order by all ranks.
 */
#ifndef DAPRHEP_RANKS_H
#define DAPRHEP_RANKS_H

#include "daprhep_torch.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef void* dht_store;
typedef void* dht_group;
typedef void* dht_work;

/* Which engines were compiled in: bit 0 Gloo, bit 1 NCCL. */
DHT_API int32_t dht_rank_engines(void);

/* The server listens on `port`, any free one for 0; a client retries until `timeout_ms` has passed. `bound_port`: the port in use. */
DHT_API dht_error dht_store_open(const char* host, uint16_t port, int32_t is_server, int64_t timeout_ms, uint16_t* bound_port,
                                 dht_store* result);
DHT_API void dht_store_free(dht_store store);
/* Adds to a counter that starts at 0. */
DHT_API dht_error dht_store_add(dht_store store, const char* key, int64_t amount, int64_t* result);
/* Sets a text unless there is one; `result` is the one there is then, freed with dht_error_free. */
DHT_API dht_error dht_store_set_once(dht_store store, const char* key, const char* text, char** result);
/* `result` is NULL where nothing has been set, otherwise freed with dht_error_free. */
DHT_API dht_error dht_store_get(dht_store store, const char* key, char** result);

/* Returns when all ranks have come. `address`: this machine's, where the other ranks reach it. `engine`: one bit of dht_rank_engines.
 * `join_ms` is the longest this may take, `collective_ms` the longest a rank waits for the others in a collective. */
DHT_API dht_error dht_group_open(dht_store store, int32_t engine, const char* address, int32_t rank, int32_t size, int64_t join_ms,
                                 int64_t collective_ms, dht_group* result);
/* Waits for collectives under way. */
DHT_API void dht_group_free(dht_group group);

/* Sum over all ranks, in place; `values` must stay where they are until the work is done. */
DHT_API dht_error dht_all_reduce_floats(dht_group group, float* values, int64_t count, dht_work* result);
/* The same of a dense tensor on the engine's kind of device. */
DHT_API dht_error dht_all_reduce_tensor(dht_group group, dht_tensor tensor, dht_work* result);
DHT_API dht_error dht_broadcast_floats(dht_group group, float* values, int64_t count, int32_t root, dht_work* result);
/* Gives every rank the values of every other one: `values` is [ranks, count], with this rank's own in its row. All ranks send to all, with
 * no threads between: quicker than a sum for a few values of a few ranks. Between CPUs alone. */
DHT_API dht_error dht_exchange_floats(dht_group group, float* values, int64_t count, dht_work* result);
/* Waits for at most `timeout_ms`, for an exchange until it is interrupted; `done` is 0 where that was not enough. */
DHT_API dht_error dht_work_wait(dht_work work, int64_t timeout_ms, int32_t* done);
/* Ends a wait for an exchange, the present or the next one, from another thread. Other waits are left alone. */
DHT_API void dht_work_interrupt(dht_work work);
DHT_API void dht_work_free(dht_work work);

#ifdef __cplusplus
}
#endif

#endif
