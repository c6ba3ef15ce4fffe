using static TorchSharp.torch;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>x·Wᵀ + b, initialised as PyTorch does: uniform in ±1/√inputs.</summary>
            public static Modules.Linear Linear(
                long inputSize, long outputSize, bool hasBias = true, Device? device = null, ScalarType? dtype = null) =>
                new(inputSize, outputSize, hasBias, device, dtype);

            public static partial class functional
            {
                public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => Tensor.Made(
                    Native.LibTorch.dht_linear(
                        input.Native, weights.Native, bias?.Native ?? Native.TensorHandle.None, out var result), result);
            }
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>A dense layer.</summary>
    public sealed class Linear : nn.Module<Tensor, Tensor>
    {
        internal Linear(long inputSize, long outputSize, bool hasBias, Device? device, ScalarType? dtype) : base(nameof(Linear))
        {
            in_features = inputSize;
            out_features = outputSize;
            var bound = 1 / Math.Sqrt(inputSize);
            weight = new Parameter(empty([outputSize, inputSize], dtype, device).uniform_(-bound, bound));
            register_parameter(nameof(weight), weight);
            if (hasBias)
            {
                bias = new Parameter(empty([outputSize], dtype, device).uniform_(-bound, bound));
                register_parameter(nameof(bias), bias);
            }
        }

        public long in_features { get; }

        public long out_features { get; }

        /// <summary>[outputs, inputs].</summary>
        public Parameter weight { get; }

        /// <summary>[outputs].</summary>
        public Parameter? bias { get; }

        public override Tensor forward(Tensor tensor) => nn.functional.linear(tensor, weight, bias);

        protected override void RegisterComponents()
        {
            // The constructor registered both under their own names.
        }
    }
}
