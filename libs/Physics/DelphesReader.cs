using DaprHep.Root;

namespace DaprHep.Physics;

/// <summary>
/// Goes through the Delphes tree of a ROOT file, a run of entries at a time, reading only <see cref="DelphesBranches.All"/>.
/// </summary>
/// <example><code>
/// using var file = RootFile.Open("ttbar.root");
/// using var reader = new DelphesReader(file.Tree(DelphesBranches.Tree), sourceId);
/// while (reader.Next())
///     converter.Convert(reader.Events, selection);
/// </code></example>
public sealed class DelphesReader : IDisposable
{
    private readonly TreeReader _reader;
    private readonly uint _sourceId;

    /// <summary>Prepares to read a tree; nothing of its data is read before <see cref="Next"/>.</summary>
    /// <param name="tree">The tree, by default called <see cref="DelphesBranches.Tree"/>.</param>
    /// <param name="sourceId">Which file it is in: the upper half of event ids.</param>
    /// <param name="options">Which entries, and how many at a time.</param>
    /// <exception cref="BranchNotFoundException">The tree is not one of Delphes.</exception>
    /// <exception cref="UnsupportedBranchException">A branch of the right name does not store numbers.</exception>
    public DelphesReader(RootTree tree, uint sourceId, TreeReaderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tree);
        _sourceId = sourceId;
        _reader = tree.Reader(DelphesBranches.All, options);
    }

    /// <summary>The current run; valid until <see cref="Next"/>.</summary>
    /// <exception cref="ColumnTypeException">A branch stores another type than Delphes writes.</exception>
    public DelphesEvents Events => new()
    {
        SourceId = _sourceId,
        FirstEntry = _reader.FirstEntry,
        TrackPt = Column<float>(DelphesBranches.TrackPt),
        TrackEta = Column<float>(DelphesBranches.TrackEta),
        TrackPhi = Column<float>(DelphesBranches.TrackPhi),
        TrackX = Column<float>(DelphesBranches.TrackX),
        TrackY = Column<float>(DelphesBranches.TrackY),
        TrackZ = Column<float>(DelphesBranches.TrackZ),
        TrackPid = Column<int>(DelphesBranches.TrackPid),
        PhotonEt = Column<float>(DelphesBranches.PhotonEt),
        PhotonEta = Column<float>(DelphesBranches.PhotonEta),
        PhotonPhi = Column<float>(DelphesBranches.PhotonPhi),
        NeutralHadronEt = Column<float>(DelphesBranches.NeutralHadronEt),
        NeutralHadronEta = Column<float>(DelphesBranches.NeutralHadronEta),
        NeutralHadronPhi = Column<float>(DelphesBranches.NeutralHadronPhi),
        ElectronPt = Column<float>(DelphesBranches.ElectronPt),
        ElectronEta = Column<float>(DelphesBranches.ElectronEta),
        ElectronPhi = Column<float>(DelphesBranches.ElectronPhi),
        ElectronCharge = Column<int>(DelphesBranches.ElectronCharge),
        MuonPt = Column<float>(DelphesBranches.MuonPt),
        MuonEta = Column<float>(DelphesBranches.MuonEta),
        MuonPhi = Column<float>(DelphesBranches.MuonPhi),
        MuonCharge = Column<int>(DelphesBranches.MuonCharge),
        MissingEt = Column<float>(DelphesBranches.MissingEt),
        MissingEtPhi = Column<float>(DelphesBranches.MissingEtPhi),
        JetPt = Column<float>(DelphesBranches.JetPt),
        JetEta = Column<float>(DelphesBranches.JetEta),
        JetBTag = Column<uint>(DelphesBranches.JetBTag),
    };

    /// <summary>Goes to the next run of entries.</summary>
    /// <returns>False when there is none.</returns>
    /// <exception cref="RootFormatException">A basket is damaged.</exception>
    /// <exception cref="RootIOException">The file cannot be read.</exception>
    public bool Next() => _reader.Next();

    /// <summary>Gives the buffers back.</summary>
    public void Dispose() => _reader.Dispose();

    private BranchColumn<T> Column<T>(string branch)
        where T : unmanaged
    {
        var column = _reader.Column<T>(branch);
        return new BranchColumn<T>(column.Values, column.Offsets);
    }
}
