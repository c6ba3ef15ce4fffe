// What every source file of the shim shares: handles to tensors, and the guard that turns exceptions into messages.
#pragma once

#include <ATen/ATen.h>

#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "daprhep_torch.h"

namespace daprhep {

inline at::Tensor& tensor_of(dht_tensor handle) {
    TORCH_CHECK(handle != nullptr, "a tensor handle is null: the tensor was disposed");
    return *static_cast<at::Tensor*>(handle);
}

inline c10::optional<at::Tensor> optional_tensor_of(dht_tensor handle) {
    return handle == nullptr ? c10::optional<at::Tensor>() : c10::optional<at::Tensor>(*static_cast<at::Tensor*>(handle));
}

inline dht_tensor handle_of(at::Tensor tensor) {
    return tensor.defined() ? new at::Tensor(std::move(tensor)) : nullptr;
}

inline std::vector<at::Tensor> tensors_of(dht_tensor* handles, int32_t count) {
    std::vector<at::Tensor> tensors;
    tensors.reserve(count);
    for (int32_t i = 0; i < count; i++) tensors.push_back(tensor_of(handles[i]));
    return tensors;
}

inline c10::Device device_of(int32_t type, int32_t index) {
    return c10::Device(static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index));
}

template <class Body>
dht_error guarded(Body&& body) noexcept {
    try {
        body();
        return nullptr;
    } catch (const c10::Error& error) {
        return strdup(error.what_without_backtrace());
    } catch (const std::exception& error) {
        return strdup(error.what());
    } catch (...) {
        return strdup("libtorch threw something that is not a std::exception");
    }
}

/// For functions that return a property: `otherwise` where there is no tensor to ask.
template <class Value, class Body>
Value property(dht_tensor handle, Value otherwise, Body&& body) noexcept {
    return handle == nullptr ? otherwise : static_cast<Value>(body(*static_cast<at::Tensor*>(handle)));
}

}  // namespace daprhep
