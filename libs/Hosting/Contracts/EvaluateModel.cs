using DaprHep.Hosting.Runs;

namespace DaprHep.Hosting.Contracts;

/// <summary>Input of activity <c>EvaluateModel</c>: the model on the test shards.</summary>
public sealed record EvaluateModelInput(string Run, string Store, string Statistics, string Model, int Seed) : IRunInput;

/// <summary>Output of activity <c>EvaluateModel</c>.</summary>
/// <param name="Evaluation">Key of the evaluation object.</param>
/// <param name="Accuracy">Share of test events classified rightly.</param>
/// <param name="Auc">Area under the ROC curve by class.</param>
/// <param name="Events">Events evaluated.</param>
public sealed record EvaluateModelOutput(string Evaluation, double Accuracy, IReadOnlyDictionary<string, double> Auc, long Events);
