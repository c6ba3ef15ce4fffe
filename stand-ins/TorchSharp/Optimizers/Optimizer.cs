using TorchSharp.Modules;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Optimizers.</summary>
    public static partial class optim
    {
        /// <summary>Something whose learning rate a schedule may change.</summary>
        public interface ILearningRateController
        {
            double LearningRate { get; set; }

            double InitialLearningRate { get; set; }
        }

        /// <summary>What an optimizer remembers of one parameter.</summary>
        public abstract class OptimizerState
        {
        }

        public abstract partial class Optimizer : IDisposable
        {
            /// <summary>What an optimizer remembers.</summary>
            public class StateDictionary
            {
                internal StateDictionary(IEnumerable<OptimizerState> states) => State = [.. states];

                public List<OptimizerState> State { get; }
            }

            private protected Optimizer()
            {
            }

            public abstract IEnumerable<ILearningRateController> ParamGroups { get; }

            public abstract IEnumerable<Parameter> parameters();

            public abstract StateDictionary state_dict();

            /// <summary>Drops the gradients, so that the next backward pass starts afresh.</summary>
            public virtual void zero_grad() => ZeroGrad(parameters().ToArray());

            public abstract Tensor? step(Func<Tensor>? closure = null);

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected abstract void Dispose(bool disposing);
        }

        internal static unsafe void ZeroGrad(Parameter[] parameters)
        {
            using var handles = new HandleList(parameters);
            fixed (IntPtr* raw = handles.Raw)
                LibTorch.Check(LibTorch.dht_zero_grads(raw, parameters.Length));
        }
    }
}
