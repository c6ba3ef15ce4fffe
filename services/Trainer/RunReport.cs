using System.Text;
using DaprHep.Data.Datasets;
using DaprHep.Hosting.Contracts;

namespace DaprHep.Trainer;

/// <summary>Fills the report with a run's results.</summary>
internal static class RunReport
{
    public static byte[] Write(
        WriteReportInput input, PartitionPlan plan, FeatureStatistics statistics, EvaluationRecord evaluation, TrainingHistory history) =>
        Encoding.UTF8.GetBytes($"<html>{input.Model}{plan.Key}{statistics.Plan}{evaluation.Metrics.Accuracy}{history.Epochs.Count}</html>");
}
