namespace TorchSharp;

/// <summary>
/// Owns the tensors made on its thread while it is the innermost scope, and disposes them with itself. Scopes nest.
/// </summary>
public sealed class DisposeScope : IDisposable
{
    [ThreadStatic] private static DisposeScope? _t_innermost;

    private readonly DisposeScope? _outer;
    private readonly HashSet<IDisposable> _owned = new(ReferenceEqualityComparer.Instance);
    private bool _isDisposed;

    internal DisposeScope()
    {
        _outer = _t_innermost;
        _t_innermost = this;
    }

    internal static DisposeScope? Innermost => _t_innermost;

    /// <summary>How many objects the scope owns now.</summary>
    public int DisposablesCount => _owned.Count;

    public bool Contains(IDisposable disposable) => _owned.Contains(disposable);

    /// <summary>Takes ownership of an object.</summary>
    public void Attach(IDisposable disposable)
    {
        _owned.Add(disposable);
        if (disposable is torch.Tensor tensor)
            tensor.OwningScope = this;
    }

    /// <summary>Gives ownership up: the object outlives the scope.</summary>
    public T Detach<T>(T disposable) where T : IDisposable
    {
        Release(disposable);
        return disposable;
    }

    /// <summary>Hands an object to the enclosing scope; without one it is on its own.</summary>
    public T MoveToOuter<T>(T disposable) where T : IDisposable
    {
        if (Release(disposable))
            _outer?.Attach(disposable);
        return disposable;
    }

    /// <summary>Forgets an object that was disposed by someone else.</summary>
    public void MarkAsDisposed(IDisposable disposable) => Release(disposable);

    public void DisposeEverything()
    {
        var owned = _owned.ToArray();
        _owned.Clear();
        foreach (var disposable in owned)
            disposable.Dispose();
    }

    public void Dispose()
    {
        DisposeEverything();
        _isDisposed = true;
        // Scopes may end in any order: one that ended before those inside it is passed over when they end.
        while (_t_innermost is { _isDisposed: true })
            _t_innermost = _t_innermost._outer;
    }

    private bool Release(IDisposable disposable)
    {
        if (!_owned.Remove(disposable))
            return false;
        if (disposable is torch.Tensor tensor)
            tensor.OwningScope = null;
        return true;
    }
}
