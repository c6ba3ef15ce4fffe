using TorchSharp.Native;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Parameter Parameter(Tensor data, bool requires_grad = true) => new(data, requires_grad);
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>
    /// A tensor that a module learns. It takes over the handle of the tensor it is made from and outlives dispose scopes.
    /// </summary>
    public class Parameter : torch.Tensor
    {
        public Parameter(torch.Tensor data, bool requires_grad = true) : base(data.GiveUpHandle())
        {
            DetachFromDisposeScope();
            this.requires_grad = requires_grad;
        }

        internal void MoveTo(torch.Device device)
        {
            using var values = detach();
            using var moved = values.to(device);
            LibTorch.Check(LibTorch.dht_set_data(Native, moved.Native));
        }
    }
}
