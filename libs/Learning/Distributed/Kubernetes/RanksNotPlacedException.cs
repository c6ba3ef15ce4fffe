namespace DaprHep.Learning.Distributed.Kubernetes;

/// <summary>The cluster did not give all ranks a place: no room, no such nodes, a quota, no image, a policy.</summary>
/// <param name="message">Which ranks, for how long, and what the cluster says about them.</param>
public sealed class RanksNotPlacedException(string message) : Exception(message);
