using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Layers, losses and what a network is built from.</summary>
    public static partial class nn
    {
        /// <summary>What has parameters and submodules, found in its fields by <see cref="RegisterComponents"/>.</summary>
        public class Module : IDisposable
        {
            private readonly List<(string Name, Parameter Parameter)> _parameters = [];
            private readonly List<(string Name, Module Module)> _modules = [];
            private readonly string _name;
            private bool _registered;

            protected Module(string name) => _name = name;

            public virtual bool training { get; private set; } = true;

            public virtual string GetName() => _name;

            /// <summary>Switches dropout on, here and below.</summary>
            public virtual void train(bool train = true)
            {
                training = train;
                foreach (var (_, module) in _modules)
                    module.train(train);
            }

            /// <summary>Switches dropout off, here and below.</summary>
            public virtual void eval() => train(false);

            public virtual void register_parameter(string name, Parameter param)
            {
                CheckName(name, _parameters.Exists(p => p.Name == name));
                _parameters.Add((name, param));
            }

            public virtual void register_module(string name, Module submodule)
            {
                CheckName(name, _modules.Exists(m => m.Name == name));
                submodule.RegisterComponents();
                _modules.Add((name, submodule));
            }

            public virtual IEnumerable<(string name, Module module)> named_children() => _modules;

            /// <summary>Parameters in the order of registration, submodules after a module's own, names joined with dots.</summary>
            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                foreach (var own in _parameters)
                    yield return own;
                if (!recurse)
                    yield break;
                foreach (var (childName, child) in _modules)
                {
                    foreach (var (name, parameter) in child.named_parameters())
                        yield return ($"{childName}.{name}", parameter);
                }
            }

            public virtual IEnumerable<Parameter> parameters(bool recurse = true) => named_parameters(recurse).Select(p => p.parameter);

            public virtual void zero_grad(bool set_to_none = true) => optim.ZeroGrad(parameters().ToArray());

            /// <summary>The parameters by name; the tensors are the module's own.</summary>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                foreach (var (name, parameter) in named_parameters())
                    destination.Add(string.IsNullOrEmpty(prefix) ? name : $"{prefix}.{name}", parameter);
                return destination;
            }

            /// <summary>Copies values in by name.</summary>
            /// <exception cref="InvalidOperationException">Names differ and <paramref name="strict"/> is set.</exception>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(
                Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                var own = named_parameters().Where(p => skip?.Contains(p.name) != true).ToArray();
                var missing = own.Select(p => p.name).Where(name => !source.ContainsKey(name)).ToArray();
                var unexpected = source.Keys.Except(own.Select(p => p.name)).Where(name => skip?.Contains(name) != true).ToArray();
                if (strict && (missing.Length > 0 || unexpected.Length > 0))
                {
                    throw new InvalidOperationException(
                        $"The state does not fit module {GetName()}: missing [{string.Join(", ", missing)}], "
                        + $"unexpected [{string.Join(", ", unexpected)}]");
                }

                using var unrecorded = no_grad();
                foreach (var (name, parameter) in own)
                {
                    if (source.TryGetValue(name, out var value))
                        parameter.copy_(value);
                }

                return (missing, unexpected);
            }

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            internal virtual void MoveTo(Device device)
            {
                foreach (var (_, parameter) in _parameters)
                    parameter.MoveTo(device);
                foreach (var (_, module) in _modules)
                    module.MoveTo(device);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (!disposing)
                    return;
                foreach (var (_, parameter) in _parameters)
                    parameter.Dispose();
                foreach (var (_, module) in _modules)
                    module.Dispose();
            }

            /// <summary>
            /// Registers every field that holds a module or a parameter under the field's name. Call it once the fields are set.
            /// </summary>
            protected virtual void RegisterComponents()
            {
                if (_registered)
                    return;
                _registered = true;
                foreach (var field in FieldsFromBaseDown(GetType()))
                {
                    switch (field.GetValue(this))
                    {
                        case Module module:
                            register_module(field.Name, module);
                            break;
                        case Parameter parameter:
                            register_parameter(field.Name, parameter);
                            break;
                    }
                }
            }

            private static IEnumerable<FieldInfo> FieldsFromBaseDown(Type type)
            {
                const BindingFlags Declared =
                    BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
                var own = type.GetFields(Declared);
                return type.BaseType is { } parent && parent != typeof(object) ? FieldsFromBaseDown(parent).Concat(own) : own;
            }

            private void CheckName(string name, bool taken)
            {
                if (string.IsNullOrEmpty(name) || name.Contains('.', StringComparison.Ordinal))
                {
                    throw new ArgumentException(
                        $"'{name}' cannot name a part of module {GetName()}: it is empty or has a dot", nameof(name));
                }
                if (taken)
                    throw new InvalidOperationException($"Module {GetName()} has a part named '{name}' already");
            }
        }

        public interface IModule<T, TResult>
        {
            TResult call(T input1);
        }

        /// <summary>A module with one input.</summary>
        public abstract class Module<T, TResult> : Module, IModule<T, TResult>
        {
            protected Module(string name) : base(name)
            {
            }

            public abstract TResult forward(T input);

            public TResult call(T input) => forward(input);
        }
    }
}

public static class ModuleExtensionMethods
{
    /// <summary>Moves the parameters to a device, in place.</summary>
    public static T to<T>(this T module, torch.Device device, bool non_blocking = false) where T : torch.nn.Module
    {
        module.MoveTo(device);
        return module;
    }
}
