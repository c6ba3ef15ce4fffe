namespace DaprHep.Physics;

/// <summary>The isolated electron or muon an event is selected for.</summary>
/// <param name="IsElectron">Electron, or else muon.</param>
/// <param name="Pt">Transverse momentum, GeV.</param>
/// <param name="Eta">Pseudorapidity.</param>
/// <param name="Phi">Azimuth, rad.</param>
/// <param name="Charge">Charge, ±1.</param>
/// <param name="IsoCharged">Isolation from tracks.</param>
/// <param name="IsoPhoton">Isolation from photons.</param>
/// <param name="IsoNeutral">Isolation from neutral hadrons.</param>
internal readonly record struct Lepton(
    bool IsElectron, double Pt, double Eta, double Phi, int Charge, double IsoCharged, double IsoPhoton, double IsoNeutral);
