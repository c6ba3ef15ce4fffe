namespace DaprHep.Physics;

/// <summary>
/// A run of consecutive entries of a <c>Delphes</c> tree, one column a branch: what the conversion sees of a ROOT file.
/// The branches of one collection (<c>EFlowTrack.PT</c>, <c>EFlowTrack.Eta</c>, …) have equal numbers of values in every entry.
/// </summary>
public readonly ref struct DelphesEvents
{
    /// <summary>Which file the entries come from: the upper half of the event ids.</summary>
    public uint SourceId { get; init; }

    /// <summary>Tree entry of the first event of the run.</summary>
    public long FirstEntry { get; init; }

    /// <summary><see cref="DelphesBranches.TrackPt"/>.</summary>
    public required BranchColumn<float> TrackPt { get; init; }

    /// <summary><see cref="DelphesBranches.TrackEta"/>.</summary>
    public required BranchColumn<float> TrackEta { get; init; }

    /// <summary><see cref="DelphesBranches.TrackPhi"/>.</summary>
    public required BranchColumn<float> TrackPhi { get; init; }

    /// <summary><see cref="DelphesBranches.TrackX"/>.</summary>
    public required BranchColumn<float> TrackX { get; init; }

    /// <summary><see cref="DelphesBranches.TrackY"/>.</summary>
    public required BranchColumn<float> TrackY { get; init; }

    /// <summary><see cref="DelphesBranches.TrackZ"/>.</summary>
    public required BranchColumn<float> TrackZ { get; init; }

    /// <summary><see cref="DelphesBranches.TrackPid"/>.</summary>
    public required BranchColumn<int> TrackPid { get; init; }

    /// <summary><see cref="DelphesBranches.PhotonEt"/>.</summary>
    public required BranchColumn<float> PhotonEt { get; init; }

    /// <summary><see cref="DelphesBranches.PhotonEta"/>.</summary>
    public required BranchColumn<float> PhotonEta { get; init; }

    /// <summary><see cref="DelphesBranches.PhotonPhi"/>.</summary>
    public required BranchColumn<float> PhotonPhi { get; init; }

    /// <summary><see cref="DelphesBranches.NeutralHadronEt"/>.</summary>
    public required BranchColumn<float> NeutralHadronEt { get; init; }

    /// <summary><see cref="DelphesBranches.NeutralHadronEta"/>.</summary>
    public required BranchColumn<float> NeutralHadronEta { get; init; }

    /// <summary><see cref="DelphesBranches.NeutralHadronPhi"/>.</summary>
    public required BranchColumn<float> NeutralHadronPhi { get; init; }

    /// <summary><see cref="DelphesBranches.ElectronPt"/>.</summary>
    public required BranchColumn<float> ElectronPt { get; init; }

    /// <summary><see cref="DelphesBranches.ElectronEta"/>.</summary>
    public required BranchColumn<float> ElectronEta { get; init; }

    /// <summary><see cref="DelphesBranches.ElectronPhi"/>.</summary>
    public required BranchColumn<float> ElectronPhi { get; init; }

    /// <summary><see cref="DelphesBranches.ElectronCharge"/>.</summary>
    public required BranchColumn<int> ElectronCharge { get; init; }

    /// <summary><see cref="DelphesBranches.MuonPt"/>.</summary>
    public required BranchColumn<float> MuonPt { get; init; }

    /// <summary><see cref="DelphesBranches.MuonEta"/>.</summary>
    public required BranchColumn<float> MuonEta { get; init; }

    /// <summary><see cref="DelphesBranches.MuonPhi"/>.</summary>
    public required BranchColumn<float> MuonPhi { get; init; }

    /// <summary><see cref="DelphesBranches.MuonCharge"/>.</summary>
    public required BranchColumn<int> MuonCharge { get; init; }

    /// <summary><see cref="DelphesBranches.MissingEt"/>.</summary>
    public required BranchColumn<float> MissingEt { get; init; }

    /// <summary><see cref="DelphesBranches.MissingEtPhi"/>.</summary>
    public required BranchColumn<float> MissingEtPhi { get; init; }

    /// <summary><see cref="DelphesBranches.JetPt"/>.</summary>
    public required BranchColumn<float> JetPt { get; init; }

    /// <summary><see cref="DelphesBranches.JetEta"/>.</summary>
    public required BranchColumn<float> JetEta { get; init; }

    /// <summary><see cref="DelphesBranches.JetBTag"/>.</summary>
    public required BranchColumn<uint> JetBTag { get; init; }

    /// <summary>Entries in the run.</summary>
    public int Count => Math.Max(0, MissingEt.Offsets.Length - 1);

    /// <summary>Checks that all branches have as many entries, and those of a collection as many values in each of them.</summary>
    /// <exception cref="EventFormatException">They have not; the message names branch and entry.</exception>
    public void Validate()
    {
        RequireSameEntries(DelphesBranches.TrackPt, TrackPt.Offsets);
        RequireSameShape(DelphesBranches.TrackEta, TrackEta.Offsets, DelphesBranches.TrackPt, TrackPt.Offsets);
        RequireSameShape(DelphesBranches.TrackPhi, TrackPhi.Offsets, DelphesBranches.TrackPt, TrackPt.Offsets);
        RequireSameShape(DelphesBranches.TrackX, TrackX.Offsets, DelphesBranches.TrackPt, TrackPt.Offsets);
        RequireSameShape(DelphesBranches.TrackY, TrackY.Offsets, DelphesBranches.TrackPt, TrackPt.Offsets);
        RequireSameShape(DelphesBranches.TrackZ, TrackZ.Offsets, DelphesBranches.TrackPt, TrackPt.Offsets);
        RequireSameShape(DelphesBranches.TrackPid, TrackPid.Offsets, DelphesBranches.TrackPt, TrackPt.Offsets);
        RequireSameEntries(DelphesBranches.PhotonEt, PhotonEt.Offsets);
        RequireSameShape(DelphesBranches.PhotonEta, PhotonEta.Offsets, DelphesBranches.PhotonEt, PhotonEt.Offsets);
        RequireSameShape(DelphesBranches.PhotonPhi, PhotonPhi.Offsets, DelphesBranches.PhotonEt, PhotonEt.Offsets);
        RequireSameEntries(DelphesBranches.NeutralHadronEt, NeutralHadronEt.Offsets);
        RequireSameShape(
            DelphesBranches.NeutralHadronEta, NeutralHadronEta.Offsets, DelphesBranches.NeutralHadronEt, NeutralHadronEt.Offsets);
        RequireSameShape(
            DelphesBranches.NeutralHadronPhi, NeutralHadronPhi.Offsets, DelphesBranches.NeutralHadronEt, NeutralHadronEt.Offsets);
        RequireSameEntries(DelphesBranches.ElectronPt, ElectronPt.Offsets);
        RequireSameShape(DelphesBranches.ElectronEta, ElectronEta.Offsets, DelphesBranches.ElectronPt, ElectronPt.Offsets);
        RequireSameShape(DelphesBranches.ElectronPhi, ElectronPhi.Offsets, DelphesBranches.ElectronPt, ElectronPt.Offsets);
        RequireSameShape(DelphesBranches.ElectronCharge, ElectronCharge.Offsets, DelphesBranches.ElectronPt, ElectronPt.Offsets);
        RequireSameEntries(DelphesBranches.MuonPt, MuonPt.Offsets);
        RequireSameShape(DelphesBranches.MuonEta, MuonEta.Offsets, DelphesBranches.MuonPt, MuonPt.Offsets);
        RequireSameShape(DelphesBranches.MuonPhi, MuonPhi.Offsets, DelphesBranches.MuonPt, MuonPt.Offsets);
        RequireSameShape(DelphesBranches.MuonCharge, MuonCharge.Offsets, DelphesBranches.MuonPt, MuonPt.Offsets);
        RequireSameShape(DelphesBranches.MissingEtPhi, MissingEtPhi.Offsets, DelphesBranches.MissingEt, MissingEt.Offsets);
        RequireSameEntries(DelphesBranches.JetPt, JetPt.Offsets);
        RequireSameShape(DelphesBranches.JetEta, JetEta.Offsets, DelphesBranches.JetPt, JetPt.Offsets);
        RequireSameShape(DelphesBranches.JetBTag, JetBTag.Offsets, DelphesBranches.JetPt, JetPt.Offsets);
    }

    private void RequireSameEntries(string branch, ReadOnlySpan<int> offsets)
    {
        if (offsets.Length != MissingEt.Offsets.Length)
            throw EventFormatException.EntryCountDiffers(branch, offsets.Length - 1, DelphesBranches.MissingEt, Count);
    }

    private void RequireSameShape(string branch, ReadOnlySpan<int> offsets, string first, ReadOnlySpan<int> expected)
    {
        if (offsets.SequenceEqual(expected))
            return;
        if (offsets.Length != expected.Length)
            throw EventFormatException.EntryCountDiffers(branch, offsets.Length - 1, first, expected.Length - 1);
        for (var entry = 0; entry + 1 < offsets.Length; entry++)
        {
            var (found, wanted) = (offsets[entry + 1] - offsets[entry], expected[entry + 1] - expected[entry]);
            if (found != wanted)
                throw EventFormatException.ValueCountDiffers(FirstEntry + entry, branch, found, first, wanted);
        }
    }
}
