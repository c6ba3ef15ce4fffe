namespace Dapr.Workflow.Abstractions;

/// <summary>The name of a workflow or an activity.</summary>
public readonly record struct TaskIdentifier(string Name)
{
    /// <summary>An identifier from its name.</summary>
    public static implicit operator TaskIdentifier(string name) => new(name);

    /// <summary>The identifier's name.</summary>
    public static implicit operator string(TaskIdentifier identifier) => identifier.Name;

    /// <inheritdoc />
    public override string ToString() => Name;
}
