using TorchSharp.Modules;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class utils
        {
            /// <summary>
            /// Scales all gradients together so that their norm is at most <paramref name="max_norm"/>; returns the norm before.
            /// </summary>
            public static unsafe double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2.0)
            {
                using var handles = new HandleList(tensors.ToArray());
                fixed (IntPtr* raw = handles.Raw)
                {
                    LibTorch.Check(LibTorch.dht_clip_grad_norm(raw, handles.Raw.Length, max_norm, norm_type, out var norm));
                    return norm;
                }
            }
        }
    }
}
