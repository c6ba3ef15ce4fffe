using System.Text.Json;

namespace DaprHep.Hosting.Jobs;

/// <summary>Asks a service for an attempt at a job: the input of activity <see cref="SubmitJob"/>.</summary>
/// <param name="Id">Identity of the job, and name of the external event that wakes the waiting workflow at its end.</param>
/// <param name="Kind">What kind of work it is.</param>
/// <param name="Run">Name of the run it belongs to.</param>
/// <param name="Instance">The workflow instance to tell of the end.</param>
/// <param name="Attempt">Number of the attempt, from 1. A higher one takes the job away from whoever has it.</param>
/// <param name="Input">What the work is given.</param>
public sealed record JobSubmission(string Id, string Kind, string Run, string Instance, int Attempt, JsonElement Input);
