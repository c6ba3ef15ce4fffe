using DaprHep.Learning.Artifacts.Onnx;

namespace DaprHep.Learning.Models;

/// <summary>
/// The 14 high-level features in a form that does not change when an event is turned about the beam or mirrored along it, which leaves its
/// physics what it is: the azimuths of missing energy and lepton become the angle between them, the lepton's pseudorapidity its
/// distance from 0. What trees would have to approximate by many splits takes one.
/// </summary>
internal static class SymmetricFeatures
{
    /// <summary>How many features events have that this form is for; others stay as they are.</summary>
    internal const int Count = 14;

    private const int PhiMet = 2, LepEta = 7, LepPhi = 8;

    /// <summary>Changes scaled features of events, [events, 14]. A turn is 1 there, the middle of the detector 0.5.</summary>
    internal static void Apply(Span<float> events)
    {
        for (var first = 0; first < events.Length; first += Count)
        {
            var features = events.Slice(first, Count);
            var angle = features[PhiMet] - features[LepPhi];
            features[PhiMet] = MathF.Abs(angle - MathF.Round(angle));
            features[LepEta] = MathF.Abs(features[LepEta] - 0.5f);
            features[LepPhi] = 0;
        }
    }

    /// <summary>The same in ONNX, operation by operation, so that the result has the same bits.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="scaled">Scaled features, [events, 14].</param>
    internal static string AddTo(OnnxGraph graph, string scaled)
    {
        var lepPhi = Columns(LepPhi);
        var angle = graph.Add("Sub", [Columns(PhiMet), lepPhi]);
        var between = graph.Add("Abs", [graph.Add("Sub", [angle, graph.Add("Round", [angle])])]);
        var distance = graph.Add("Abs", [graph.Add("Sub", [Columns(LepEta), graph.Constant("middle", [0.5f], 1)])]);
        var nothing = graph.Add("Sub", [lepPhi, lepPhi]);
        return graph.Add(
            "Concat", [Columns(0, 1), between, Columns(3, 4, 5, 6), distance, nothing, Columns(9, 10, 11, 12, 13)],
            new OnnxAttribute("axis", 1L));

        string Columns(params ReadOnlySpan<long> columns) =>
            graph.Add("Gather", [scaled, graph.Constant("columns", columns)], new OnnxAttribute("axis", 1L));
    }
}
