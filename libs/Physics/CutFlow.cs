namespace DaprHep.Physics;

/// <summary>How many events came to each step of the selection, in the order of the steps.</summary>
/// <param name="Read">Events read.</param>
/// <param name="WithLepton">Of these, with an electron or tight muon above 23 GeV.</param>
/// <param name="WithCollections">
/// Of these, with a track, a photon and a neutral hadron above threshold. Asked for by <see cref="PhysicsProfile.Cern2019"/> only;
/// equal to <paramref name="WithLepton"/> in <see cref="PhysicsProfile.Standard"/>.
/// </param>
/// <param name="Isolated">Of these, with an isolated lepton.</param>
/// <param name="Selected">Of these, with finite features: the events written.</param>
/// <param name="Invalid">
/// Events dropped as no physics: an infinite value or none where a number belongs in the features of an isolated event, missing energy
/// absent, or more than 65,536 objects or 1024 leptons.
/// </param>
public readonly record struct CutFlow(long Read, long WithLepton, long WithCollections, long Isolated, long Selected, long Invalid)
{
    /// <summary>The sum of two counts, step by step.</summary>
    public static CutFlow operator +(CutFlow left, CutFlow right) => new(
        left.Read + right.Read,
        left.WithLepton + right.WithLepton,
        left.WithCollections + right.WithCollections,
        left.Isolated + right.Isolated,
        left.Selected + right.Selected,
        left.Invalid + right.Invalid);

    /// <summary>The sum of two counts, step by step.</summary>
    public static CutFlow Add(CutFlow left, CutFlow right) => left + right;
}
