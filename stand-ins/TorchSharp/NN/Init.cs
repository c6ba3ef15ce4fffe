namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Starting values, written in place.</summary>
        public static partial class init
        {
            public static Tensor zeros_(Tensor tensor)
            {
                using var unrecorded = no_grad();
                return tensor.zero_();
            }

            public static Tensor uniform_(Tensor tensor, double low = 0, double high = 1, Generator? generator = null)
            {
                using var unrecorded = no_grad();
                return tensor.uniform_(low, high, generator);
            }

            /// <summary>Uniform in ±gain·√(6/(inputs + outputs)) for a weight [outputs, inputs] (Glorot and Bengio, 2010).</summary>
            public static Tensor xavier_uniform_(Tensor tensor, double gain = 1.0)
            {
                var shape = tensor.shape;
                if (shape.Length != 2)
                {
                    throw new ArgumentException(
                        $"xavier_uniform_ needs a matrix, the tensor has {shape.Length} dimensions", nameof(tensor));
                }
                var bound = gain * Math.Sqrt(6.0 / (shape[0] + shape[1]));
                return uniform_(tensor, -bound, bound);
            }
        }
    }
}
