// Gradients: recorded, computed, clipped, and turned into a step.
#include <cmath>

#include "boundary.h"

using namespace daprhep;

extern "C" {

int32_t dht_requires_grad(dht_tensor tensor) {
    return property<int32_t>(tensor, 0, [](const at::Tensor& t) { return t.requires_grad(); });
}

dht_error dht_set_requires_grad(dht_tensor tensor, int32_t requires_grad) {
    return guarded([&] { tensor_of(tensor).requires_grad_(requires_grad != 0); });
}

dht_error dht_grad(dht_tensor tensor, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(tensor).grad()); });
}

dht_error dht_backward(dht_tensor tensor) {
    return guarded([&] { tensor_of(tensor).backward(); });
}

dht_error dht_detach(dht_tensor tensor, dht_tensor* result) {
    return guarded([&] { *result = handle_of(tensor_of(tensor).detach()); });
}

dht_error dht_zero_grads(dht_tensor* parameters, int32_t count) {
    return guarded([&] {
        for (int32_t i = 0; i < count; i++) tensor_of(parameters[i]).mutable_grad().reset();
    });
}

dht_error dht_clip_grad_norm(dht_tensor* parameters, int32_t count, double max_norm, double norm_type, double* total_norm) {
    return guarded([&] {
        at::NoGradGuard no_grad;
        std::vector<at::Tensor> gradients;
        for (int32_t i = 0; i < count; i++) {
            auto gradient = tensor_of(parameters[i]).grad();
            if (gradient.defined()) gradients.push_back(gradient);
        }
        *total_norm = 0;
        if (gradients.empty()) return;
        std::vector<at::Tensor> norms;
        for (const auto& gradient : gradients) norms.push_back(gradient.norm(norm_type));
        *total_norm = at::stack(norms).norm(norm_type).item<double>();
        double scale = max_norm / (*total_norm + 1e-6);
        if (scale < 1) {
            for (auto& gradient : gradients) gradient.mul_(scale);
        }
    });
}

dht_error dht_scale_grads(dht_tensor* parameters, int32_t count, double factor) {
    return guarded([&] {
        at::NoGradGuard no_grad;
        for (int32_t i = 0; i < count; i++) {
            auto gradient = tensor_of(parameters[i]).grad();
            if (gradient.defined()) gradient.mul_(factor);
        }
    });
}

dht_error dht_grads_are_finite(dht_tensor* parameters, int32_t count, int32_t* result) {
    return guarded([&] {
        at::NoGradGuard no_grad;
        std::vector<at::Tensor> finite;  // collected first, so that a GPU is waited for once
        for (int32_t i = 0; i < count; i++) {
            auto gradient = tensor_of(parameters[i]).grad();
            if (gradient.defined()) finite.push_back(gradient.isfinite().all());
        }
        *result = finite.empty() || at::stack(finite).all().item<bool>();
    });
}

dht_error dht_adam_step(dht_tensor* parameters, dht_tensor* exp_avg, dht_tensor* exp_avg_sq, int32_t count, int64_t step, double lr,
                        double beta1, double beta2, double eps, double weight_decay) {
    return guarded([&] {
        at::NoGradGuard no_grad;  // parameters are leaves: autograd forbids writing to them while it records
        double step_size = lr / (1 - std::pow(beta1, step));
        double root_of_correction2 = std::sqrt(1 - std::pow(beta2, step));
        for (int32_t i = 0; i < count; i++) {
            auto& parameter = tensor_of(parameters[i]);
            auto gradient = parameter.grad();
            if (!gradient.defined()) continue;
            if (weight_decay != 0) gradient = gradient.add(parameter, weight_decay);
            auto& first = tensor_of(exp_avg[i]);
            auto& second = tensor_of(exp_avg_sq[i]);
            first.mul_(beta1).add_(gradient, 1 - beta1);
            second.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
            parameter.addcdiv_(first, second.sqrt().div_(root_of_correction2).add_(eps), -step_size);
        }
    });
}

}  // extern "C"
