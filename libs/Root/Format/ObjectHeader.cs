namespace DaprHep.Root;

/// <summary>Version and extent of a streamed object.</summary>
/// <param name="Version">The class version; 0 for a class without one, which is then named by its checksum.</param>
/// <param name="End">Position after the object, or −1 if the writer gave no byte count.</param>
/// <param name="Checksum">The checksum of the class' layout when the version is 0.</param>
internal readonly record struct ObjectHeader(short Version, int End, uint Checksum);
