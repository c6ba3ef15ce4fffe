using System.Globalization;

namespace DaprHep.Root;

/// <summary>
/// Layouts of the classes that make up a tree, for files whose streamer info is missing or leaves them out. Source: the classes'
/// headers in ROOT 6 (TTree, TBranch, TBranchElement, TLeaf) and the versions before that differ.
/// </summary>
internal static class BuiltInStreamers
{
    /// <summary>
    /// One class a line: name, version, then its bases (<c>:Class</c>) and members (<c>type name</c>). Arrays name their counter
    /// in brackets, objects in place begin with '.', pointers with '*'. A line that begins with '|' goes on with the one before.
    /// </summary>
    private const string Layouts = """
        TAttLine 1|short fLineColor|short fLineStyle|short fLineWidth
        TAttLine 2|short fLineColor|short fLineStyle|short fLineWidth
        TAttFill 1|short fFillColor|short fFillStyle
        TAttFill 2|short fFillColor|short fFillStyle
        TAttMarker 1|short fMarkerColor|short fMarkerStyle|float fMarkerSize
        TAttMarker 2|short fMarkerColor|short fMarkerStyle|float fMarkerSize
        TAttMarker 3|short fMarkerColor|short fMarkerStyle|float fMarkerSize
        ROOT::TIOFeatures 1|uchar fIOBits
        TRefTable 3|:TObject|int fSize|*TObjArray fParents|*TObject fOwner|stl fProcessGUIDs
        TLeaf 1|:TNamed|int fLen|int fLenType|int fOffset|bool fIsRange|bool fIsUnsigned|*TLeaf fLeafCount
        TLeaf 2|:TNamed|int fLen|int fLenType|int fOffset|bool fIsRange|bool fIsUnsigned|*TLeaf fLeafCount
        TLeafB 1|:TLeaf|char fMinimum|char fMaximum
        TLeafO 1|:TLeaf|bool fMinimum|bool fMaximum
        TLeafS 1|:TLeaf|short fMinimum|short fMaximum
        TLeafI 1|:TLeaf|int fMinimum|int fMaximum
        TLeafL 1|:TLeaf|long fMinimum|long fMaximum
        TLeafG 1|:TLeaf|long fMinimum|long fMaximum
        TLeafF 1|:TLeaf|float fMinimum|float fMaximum
        TLeafF16 1|:TLeaf|float16 fMinimum|float16 fMaximum
        TLeafD 1|:TLeaf|double fMinimum|double fMaximum
        TLeafD32 1|:TLeaf|double32 fMinimum|double32 fMaximum
        TLeafC 1|:TLeaf|int fMinimum|int fMaximum
        TLeafObject 4|:TLeaf|bool fVirtual
        TLeafElement 1|:TLeaf|int fID|int fType
        TBranch 5|:TNamed|int fCompress|int fBasketSize|int fEntryOffsetLen|int fMaxBaskets|int fWriteBasket|int fEntryNumber
            |double fEntries|double fTotBytes|double fZipBytes|int fOffset|.TObjArray fBranches|.TObjArray fLeaves
            |.TObjArray fBaskets|.TArrayI fBasketEntry|.TArrayI fBasketBytes|.TArrayI fBasketSeek
        TBranch 10|:TNamed|:TAttFill|int fCompress|int fBasketSize|int fEntryOffsetLen|int fWriteBasket|long fEntryNumber
            |int fOffset|counter fMaxBaskets|int fSplitLevel|long fEntries|long fTotBytes|long fZipBytes|.TObjArray fBranches
            |.TObjArray fLeaves|.TObjArray fBaskets|int[fMaxBaskets] fBasketBytes|long[fMaxBaskets] fBasketEntry
            |long[fMaxBaskets] fBasketSeek|string fFileName
        TBranch 11|:TNamed|:TAttFill|int fCompress|int fBasketSize|int fEntryOffsetLen|int fWriteBasket|long fEntryNumber
            |int fOffset|counter fMaxBaskets|int fSplitLevel|long fEntries|long fFirstEntry|long fTotBytes|long fZipBytes
            |.TObjArray fBranches|.TObjArray fLeaves|.TObjArray fBaskets|int[fMaxBaskets] fBasketBytes
            |long[fMaxBaskets] fBasketEntry|long[fMaxBaskets] fBasketSeek|string fFileName
        TBranch 12|:TNamed|:TAttFill|int fCompress|int fBasketSize|int fEntryOffsetLen|int fWriteBasket|long fEntryNumber
            |int fOffset|counter fMaxBaskets|int fSplitLevel|long fEntries|long fFirstEntry|long fTotBytes|long fZipBytes
            |.TObjArray fBranches|.TObjArray fLeaves|.TObjArray fBaskets|int[fMaxBaskets] fBasketBytes
            |long[fMaxBaskets] fBasketEntry|long[fMaxBaskets] fBasketSeek|string fFileName
        TBranch 13|:TNamed|:TAttFill|int fCompress|int fBasketSize|int fEntryOffsetLen|int fWriteBasket|long fEntryNumber
            |.ROOT::TIOFeatures fIOFeatures|int fOffset|counter fMaxBaskets|int fSplitLevel|long fEntries|long fFirstEntry
            |long fTotBytes|long fZipBytes|.TObjArray fBranches|.TObjArray fLeaves|.TObjArray fBaskets
            |int[fMaxBaskets] fBasketBytes|long[fMaxBaskets] fBasketEntry|long[fMaxBaskets] fBasketSeek|string fFileName
        TBranchElement 8|:TBranch|string fClassName|string fParentName|string fClonesName|int fCheckSum|int fClassVersion
            |int fID|int fType|int fStreamerType|int fMaximum|*TBranchElement fBranchCount|*TBranchElement fBranchCount2
        TBranchElement 9|:TBranch|string fClassName|string fParentName|string fClonesName|int fCheckSum|int fClassVersion
            |int fID|int fType|int fStreamerType|int fMaximum|*TBranchElement fBranchCount|*TBranchElement fBranchCount2
        TBranchElement 10|:TBranch|string fClassName|string fParentName|string fClonesName|int fCheckSum|short fClassVersion
            |int fID|int fType|int fStreamerType|int fMaximum|*TBranchElement fBranchCount|*TBranchElement fBranchCount2
        TBranchRef 1|:TBranch|*TRefTable fRefTable
        TTree 4|:TNamed|:TAttLine|:TAttFill|:TAttMarker|int fScanField|int fMaxEntryLoop|int fMaxVirtualSize|double fEntries
            |double fTotBytes|double fZipBytes|int fAutoSave|int fEstimate|.TObjArray fBranches|.TObjArray fLeaves
            |.TArrayD fIndexValues|.TArrayI fIndex
        TTree 16|:TNamed|:TAttLine|:TAttFill|:TAttMarker|long fEntries|long fTotBytes|long fZipBytes|long fSavedBytes
            |double fWeight|int fTimerInterval|int fScanField|int fUpdate|long fMaxEntries|long fMaxEntryLoop
            |long fMaxVirtualSize|long fAutoSave|long fEstimate|.TObjArray fBranches|.TObjArray fLeaves|*TList fAliases
            |.TArrayD fIndexValues|.TArrayI fIndex|*TVirtualIndex fTreeIndex|*TList fFriends|*TList fUserInfo
            |*TBranchRef fBranchRef
        TTree 18|:TNamed|:TAttLine|:TAttFill|:TAttMarker|long fEntries|long fTotBytes|long fZipBytes|long fSavedBytes
            |long fFlushedBytes|double fWeight|int fTimerInterval|int fScanField|int fUpdate|int fDefaultEntryOffsetLen
            |long fMaxEntries|long fMaxEntryLoop|long fMaxVirtualSize|long fAutoSave|long fAutoFlush|long fEstimate
            |.TObjArray fBranches|.TObjArray fLeaves|*TList fAliases|.TArrayD fIndexValues|.TArrayI fIndex
            |*TVirtualIndex fTreeIndex|*TList fFriends|*TList fUserInfo|*TBranchRef fBranchRef
        TTree 19|:TNamed|:TAttLine|:TAttFill|:TAttMarker|long fEntries|long fTotBytes|long fZipBytes|long fSavedBytes
            |long fFlushedBytes|double fWeight|int fTimerInterval|int fScanField|int fUpdate|int fDefaultEntryOffsetLen
            |counter fNClusterRange|long fMaxEntries|long fMaxEntryLoop|long fMaxVirtualSize|long fAutoSave|long fAutoFlush
            |long fEstimate|long[fNClusterRange] fClusterRangeEnd|long[fNClusterRange] fClusterSize|.TObjArray fBranches
            |.TObjArray fLeaves|*TList fAliases|.TArrayD fIndexValues|.TArrayI fIndex|*TVirtualIndex fTreeIndex
            |*TList fFriends|*TList fUserInfo|*TBranchRef fBranchRef
        TTree 20|:TNamed|:TAttLine|:TAttFill|:TAttMarker|long fEntries|long fTotBytes|long fZipBytes|long fSavedBytes
            |long fFlushedBytes|double fWeight|int fTimerInterval|int fScanField|int fUpdate|int fDefaultEntryOffsetLen
            |counter fNClusterRange|long fMaxEntries|long fMaxEntryLoop|long fMaxVirtualSize|long fAutoSave|long fAutoFlush
            |long fEstimate|long[fNClusterRange] fClusterRangeEnd|long[fNClusterRange] fClusterSize
            |.ROOT::TIOFeatures fIOFeatures|.TObjArray fBranches|.TObjArray fLeaves|*TList fAliases|.TArrayD fIndexValues
            |.TArrayI fIndex|*TVirtualIndex fTreeIndex|*TList fFriends|*TList fUserInfo|*TBranchRef fBranchRef
        TNtuple 2|:TTree|int fNvar
        TNtupleD 1|:TTree|int fNvar
        TVector2 3|:TObject|double fX|double fY
        TVector3 3|:TObject|double fX|double fY|double fZ
        TLorentzVector 4|:TObject|.TVector3 fP|double fE
        """;

    private static readonly Lazy<StreamerRegistry> Registry = new(Parse);

    public static StreamerInfo? Find(string className, int version) =>
        version > 0 ? Registry.Value.Find(className, version) : Registry.Value.Newest(className);

    private static StreamerRegistry Parse()
    {
        var registry = new StreamerRegistry();
        foreach (var line in Layouts.Replace("\n    |", "|", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split('|');
            var head = parts[0].Split(' ');
            var version = int.Parse(head[1], CultureInfo.InvariantCulture);
            registry.Add(new StreamerInfo(head[0], version, 0, [.. parts.Skip(1).Select(ParseElement)]));
        }
        return registry;
    }

    private static StreamerElement ParseElement(string text)
    {
        if (text[0] == ':')
            return new StreamerElement { Kind = "TStreamerBase", Name = text[1..], Type = ElementType.Base, TypeName = "BASE" };
        var space = text.LastIndexOf(' ');
        var (type, name) = (text[..space], text[(space + 1)..]);
        if (type[0] == '.')
            return new StreamerElement { Kind = "TStreamerObject", Name = name, Type = ElementType.Any, TypeName = type[1..] };
        if (type[0] == '*')
        {
            return new StreamerElement
            {
                Kind = "TStreamerObjectPointer", Name = name, Type = ElementType.ObjectPointer, TypeName = type[1..] + "*",
            };
        }
        var bracket = type.IndexOf('[', StringComparison.Ordinal);
        if (bracket > 0)
        {
            return new StreamerElement
            {
                Kind = "TStreamerBasicPointer",
                Name = name,
                Type = ElementType.PointerArray + Code(type[..bracket]),
                CountName = type[(bracket + 1)..^1],
            };
        }
        return new StreamerElement { Kind = "TStreamerBasicType", Name = name, Type = Code(type), TypeName = type };
    }

    private static int Code(string type) => type switch
    {
        "char" => ElementType.Char,
        "uchar" => ElementType.UChar,
        "bool" => ElementType.Bool,
        "short" => ElementType.Short,
        "int" => ElementType.Int,
        "counter" => ElementType.Counter,
        "long" => ElementType.Long64,
        "float" => ElementType.Float,
        "float16" => ElementType.Float16,
        "double32" => ElementType.Double32,
        "string" => ElementType.TString,
        "stl" => ElementType.Stl,
        _ => ElementType.Double,
    };
}
