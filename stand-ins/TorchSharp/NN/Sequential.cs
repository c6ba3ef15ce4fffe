using System.Globalization;
using static TorchSharp.torch;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>Modules one after the other, named 0, 1, 2, …</summary>
            public static Modules.Sequential Sequential(params Module<Tensor, Tensor>[] modules) =>
                Sequential(modules.Select((module, i) => (i.ToString(CultureInfo.InvariantCulture), module)).ToArray());

            /// <summary>Modules one after the other under the names given.</summary>
            public static Modules.Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules)
            {
                var sequential = new Modules.Sequential();
                foreach (var (name, module) in modules)
                    sequential.append(name, module);
                return sequential;
            }
        }
    }
}

namespace TorchSharp.Modules
{
    public class Sequential : nn.Module<Tensor, Tensor>
    {
        private readonly List<nn.IModule<Tensor, Tensor>> _steps = [];

        internal Sequential() : base(nameof(Sequential))
        {
        }

        public int Count => _steps.Count;

        public nn.IModule<Tensor, Tensor> this[int index] => _steps[index];

        public Sequential append(string name, nn.IModule<Tensor, Tensor> module)
        {
            register_module(name, (nn.Module)module);
            _steps.Add(module);
            return this;
        }

        /// <summary>Intermediate results are disposed as soon as the next step has used them.</summary>
        public override Tensor forward(Tensor tensor)
        {
            var value = tensor;
            foreach (var step in _steps)
            {
                var next = step.call(value);
                if (!ReferenceEquals(value, tensor) && !ReferenceEquals(value, next))
                    value.Dispose();
                value = next;
            }

            return value;
        }
    }
}
