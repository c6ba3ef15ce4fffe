// Processes that train together: rendezvous and collectives of c10d.
#include <sched.h>

#include <chrono>
#include <thread>
#include <utility>

#ifdef USE_C10D_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#endif
#ifdef USE_C10D_NCCL
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include "boundary.h"
#include "daprhep_ranks.h"

using namespace daprhep;

namespace {

constexpr int32_t Gloo = 1, Nccl = 2;

using Work = decltype(std::declval<c10d::ProcessGroup&>().barrier());
using c10d_work = std::remove_reference_t<decltype(*std::declval<Work&>())>;
using Milliseconds = std::chrono::milliseconds;

struct Store {
    c10::intrusive_ptr<c10d::TCPStore> store;
};

/// What the engines have in common here; c10d's own base class changes with libtorch's version.
struct Group {
    virtual ~Group() = default;
    virtual Work all_reduce(std::vector<at::Tensor>& tensors) = 0;
    virtual Work broadcast(std::vector<at::Tensor>& tensors, int root) = 0;
    virtual std::vector<Work> exchange(float*, int64_t) { TORCH_CHECK(false, "only CPUs exchange values one by one"); }
};

enum class Waiting { blocking, polling, interruptible };

/// Work under way: one collective, or the messages of an exchange.
struct Pending {
    std::vector<Work> works;
    Waiting waiting;
    size_t completed = 0;  // messages of an exchange that need no more waiting
};

std::vector<at::Tensor> floats(float* values, int64_t count) {
    return {at::from_blob(values, {count}, at::TensorOptions().dtype(at::kFloat))};
}

template <class Engine>
Work all_reduce_by(Engine& engine, std::vector<at::Tensor>& tensors) {
    c10d::AllreduceOptions options;
    options.reduceOp = c10d::ReduceOp::SUM;
    return engine.allreduce(tensors, options);
}

template <class Engine>
Work broadcast_by(Engine& engine, std::vector<at::Tensor>& tensors, int root) {
    c10d::BroadcastOptions options;
    options.rootRank = root;
    return engine.broadcast(tensors, options);
}

#ifdef USE_C10D_GLOO
/// Waits longer for a rank in a collective than for one that is to join.
struct PatientGloo : c10d::ProcessGroupGloo {
    using c10d::ProcessGroupGloo::ProcessGroupGloo;

    void set_timeout(Milliseconds timeout) {
        for (auto& context : contexts_) context->setTimeout(timeout);
    }
};

/// Threads that are started while this lives do not push another from its core as soon as a message arrives. Gloo's would: often the one
/// that just sent, while it holds the lock of the connection, for which they then ask epoll again and again until their time is up.
class ModestThreads {
    int policy_ = sched_getscheduler(0);
    sched_param parameters_{};

public:
    ModestThreads() {
        sched_getparam(0, &parameters_);
        sched_param none{};
        sched_setscheduler(0, SCHED_BATCH, &none);  // always allowed; where it is not, all is merely slower
    }
    ~ModestThreads() { sched_setscheduler(0, policy_, &parameters_); }
    ModestThreads(const ModestThreads&) = delete;
    ModestThreads& operator=(const ModestThreads&) = delete;
};

struct GlooGroup : Group {
    c10::intrusive_ptr<PatientGloo> engine;

    GlooGroup(c10::intrusive_ptr<c10d::Store> store, const char* address, int rank, int size, Milliseconds join,
              Milliseconds collective) {
        ModestThreads while_it_starts_its_own;
        auto options = c10d::ProcessGroupGloo::Options::create(join);
        options->devices.push_back(*address ? c10d::ProcessGroupGloo::createDeviceForHostname(address)
                                            : c10d::ProcessGroupGloo::createDefaultDevice());
        options->threads = 2;
        engine = c10::make_intrusive<PatientGloo>(store, rank, size, options);
        options->timeout = collective;
        engine->set_timeout(collective);
    }

    Work all_reduce(std::vector<at::Tensor>& tensors) override { return all_reduce_by(*engine, tensors); }
    Work broadcast(std::vector<at::Tensor>& tensors, int root) override { return broadcast_by(*engine, tensors, root); }

    std::vector<Work> exchange(float* values, int64_t count) override {
        std::vector<Work> works;
        auto own = engine->getRank(), size = engine->getSize();
        auto row = [&](int rank) { return floats(values + rank * count, count); };
        for (auto other = 0; other < size; other++) {
            if (other == own) continue;
            auto theirs = row(other), ours = row(own);
            works.push_back(engine->recv(theirs, other, 0));
            works.push_back(engine->send(ours, other, 0));
        }
        return works;
    }
};
#endif

#ifdef USE_C10D_NCCL
struct NcclGroup : Group {
    c10::intrusive_ptr<c10d::ProcessGroupNCCL> engine;

    NcclGroup(c10::intrusive_ptr<c10d::Store> store, int rank, int size, Milliseconds timeout) {
        auto options = c10d::ProcessGroupNCCL::Options::create();
        options->timeout = timeout;
        auto own = c10::make_intrusive<c10d::PrefixStore>("nccl", std::move(store));  // apart from what Gloo keeps there
        engine = c10::make_intrusive<c10d::ProcessGroupNCCL>(own, rank, size, options);
    }

    Work all_reduce(std::vector<at::Tensor>& tensors) override { return all_reduce_by(*engine, tensors); }
    Work broadcast(std::vector<at::Tensor>& tensors, int root) override { return broadcast_by(*engine, tensors, root); }
};
#endif

template <class Owned>
Owned& owned(void* handle, const char* what) {
    TORCH_CHECK(handle != nullptr, what, " was closed");
    return *static_cast<Owned*>(handle);
}

Store& store_of(dht_store handle) { return owned<Store>(handle, "the store"); }
Group& group_of(dht_group handle) { return owned<Group>(handle, "the group"); }

std::vector<uint8_t> bytes(const char* text) { return {text, text + strlen(text)}; }

char* text_of(const std::vector<uint8_t>& bytes) { return strndup(reinterpret_cast<const char*>(bytes.data()), bytes.size()); }

dht_work pending(Work work, Waiting waiting = Waiting::blocking) { return new Pending{{std::move(work)}, waiting}; }

/// Throws what went wrong with work that is completed.
void finish(c10d_work& work) {
    if (auto error = work.exception()) std::rethrow_exception(error);
    work.synchronize();  // the tensor may be used by what is queued on its device next
}

/// Whether work on tensors is done before the time is up. Between GPUs, its own wait() would abort everything when the time is up.
bool done_within(c10d_work& work, Milliseconds time) {
    auto until = std::chrono::steady_clock::now() + time;
    while (!work.isCompleted()) {
        if (std::chrono::steady_clock::now() >= until) return false;
        std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
    return true;
}

}  // namespace

extern "C" {

int32_t dht_rank_engines(void) {
    int32_t engines = 0;
#ifdef USE_C10D_GLOO
    engines |= Gloo;
#endif
#ifdef USE_C10D_NCCL
    engines |= Nccl;
#endif
    return engines;
}

dht_error dht_store_open(const char* host, uint16_t port, int32_t is_server, int64_t timeout_ms, uint16_t* bound_port,
                         dht_store* result) {
    return guarded([&] {
        c10d::TCPStoreOptions options;
        options.port = port;
        options.isServer = is_server != 0;
        options.waitWorkers = false;
        options.timeout = Milliseconds(timeout_ms);
        auto store = c10::make_intrusive<c10d::TCPStore>(host, options);
        *bound_port = store->getPort();
        *result = new Store{std::move(store)};
    });
}

void dht_store_free(dht_store store) { delete static_cast<Store*>(store); }

dht_error dht_store_add(dht_store store, const char* key, int64_t amount, int64_t* result) {
    return guarded([&] { *result = store_of(store).store->add(key, amount); });
}

dht_error dht_store_set_once(dht_store store, const char* key, const char* text, char** result) {
    return guarded([&] { *result = text_of(store_of(store).store->compareSet(key, {}, bytes(text))); });
}

dht_error dht_store_get(dht_store store, const char* key, char** result) {
    return guarded([&] {
        auto& from = *store_of(store).store;
        *result = from.check({key}) ? text_of(from.get(key)) : nullptr;
    });
}

dht_error dht_group_open(dht_store store, int32_t engine, const char* address, int32_t rank, int32_t size, int64_t join_ms,
                         int64_t collective_ms, dht_group* result) {
    return guarded([&] {
        auto meeting = store_of(store).store;
        Milliseconds join(join_ms), collective(collective_ms);
        meeting->setTimeout(join);
#ifdef USE_C10D_GLOO
        if (engine == Gloo) {
            *result = static_cast<Group*>(new GlooGroup(meeting, address, rank, size, join, collective));
            return;
        }
#endif
#ifdef USE_C10D_NCCL
        if (engine == Nccl) {
            *result = static_cast<Group*>(new NcclGroup(meeting, rank, size, collective));
            return;
        }
#endif
        (void)address, (void)rank, (void)size, (void)collective;
        TORCH_CHECK(false, "libdaprhep_torch was built without ", engine == Nccl ? "NCCL" : "Gloo",
                    ": its headers were not found when native/ was built");
    });
}

void dht_group_free(dht_group group) { delete static_cast<Group*>(group); }

dht_error dht_all_reduce_floats(dht_group group, float* values, int64_t count, dht_work* result) {
    return guarded([&] {
        auto tensors = floats(values, count);
        *result = pending(group_of(group).all_reduce(tensors));
    });
}

dht_error dht_all_reduce_tensor(dht_group group, dht_tensor tensor, dht_work* result) {
    return guarded([&] {
        std::vector<at::Tensor> tensors{tensor_of(tensor).detach()};
        *result = pending(group_of(group).all_reduce(tensors), Waiting::polling);
    });
}

dht_error dht_broadcast_floats(dht_group group, float* values, int64_t count, int32_t root, dht_work* result) {
    return guarded([&] {
        auto tensors = floats(values, count);
        *result = pending(group_of(group).broadcast(tensors, root));
    });
}

dht_error dht_exchange_floats(dht_group group, float* values, int64_t count, dht_work* result) {
    return guarded([&] { *result = new Pending{group_of(group).exchange(values, count), Waiting::interruptible}; });
}

dht_error dht_work_wait(dht_work handle, int64_t timeout_ms, int32_t* done) {
    return guarded([&] {
        auto& [works, waiting, completed] = owned<Pending>(handle, "the work");
        *done = 1;
        if (waiting == Waiting::interruptible) {
            // A message that is waited for with a limit would break all connections when the time is up.
            for (; completed < works.size(); completed++) {
                if (!works[completed]->wait()) {
                    *done = 0;
                    return;
                }
            }
            return;
        }
        auto& work = *works.front();
        if (waiting == Waiting::polling) {
            *done = done_within(work, Milliseconds(timeout_ms));
            if (*done) finish(work);
            return;
        }
        try {
            work.wait(Milliseconds(timeout_ms));
        } catch (...) {
            // c10d reports that the time is up, and that the work has failed, in the same way.
            if (!work.isCompleted()) {
                *done = 0;
            } else if (!work.isSuccess()) {
                throw;
            }
        }
    });
}

void dht_work_interrupt(dht_work handle) {
    auto& pending = *static_cast<Pending*>(handle);
    if (pending.waiting != Waiting::interruptible) return;
    for (auto& work : pending.works) work->abort();
}

void dht_work_free(dht_work work) { delete static_cast<Pending*>(work); }

}  // extern "C"
