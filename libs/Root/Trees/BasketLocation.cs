namespace DaprHep.Root;

/// <summary>Where one basket of a branch lies and which entries it holds.</summary>
/// <param name="Basket">Number within the branch.</param>
/// <param name="FirstEntry">Its first entry.</param>
/// <param name="EndEntry">The entry after its last.</param>
/// <param name="Seek">Position of its record in the file; 0 for one embedded in the tree.</param>
/// <param name="Bytes">Bytes of its record; those of the inflated buffer for an embedded one.</param>
public readonly record struct BasketLocation(int Basket, long FirstEntry, long EndEntry, long Seek, int Bytes);
