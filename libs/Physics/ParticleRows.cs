using System.Runtime.CompilerServices;

namespace DaprHep.Physics;

/// <summary>Writes the particle rows of a selected event: the lepton, then tracks, photons and neutral hadrons.</summary>
internal static class ParticleRows
{
    /// <summary>Fills <paramref name="rows"/>, 19 columns for each of 1 + <see cref="KeptParticles.Count"/> particles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write(scoped in DelphesEvents events, int entry, in Lepton lepton, KeptParticles particles, Span<float> rows)
    {
        WriteLepton(lepton, rows[..ParticleColumns.Count]);
        rows = rows[ParticleColumns.Count..];
        var (firstPhoton, firstNeutral) = (particles.Tracks, particles.Tracks + particles.Photons);

        var trackPhi = events.TrackPhi[entry];
        var trackX = events.TrackX[entry];
        var trackY = events.TrackY[entry];
        var trackZ = events.TrackZ[entry];
        var trackPid = events.TrackPid[entry];
        for (var i = 0; i < firstPhoton; i++)
        {
            var row = rows.Slice(i * ParticleColumns.Count, ParticleColumns.Count);
            var index = particles.Index[i];
            WriteCommon(particles, i, trackPhi[index], row);
            row[ParticleColumns.VtxX] = trackX[index];
            row[ParticleColumns.VtxY] = trackY[index];
            row[ParticleColumns.VtxZ] = trackZ[index];
            row[ParticleColumns.IsChHad] = 1;
            row[ParticleColumns.Charge] = Math.Sign(trackPid[index]);
        }
        var photonPhi = events.PhotonPhi[entry];
        for (var i = firstPhoton; i < firstNeutral; i++)
        {
            var row = rows.Slice(i * ParticleColumns.Count, ParticleColumns.Count);
            WriteCommon(particles, i, photonPhi[particles.Index[i]], row);
            row[ParticleColumns.IsGamma] = 1;
        }
        var neutralPhi = events.NeutralHadronPhi[entry];
        for (var i = firstNeutral; i < particles.Count; i++)
        {
            var row = rows.Slice(i * ParticleColumns.Count, ParticleColumns.Count);
            WriteCommon(particles, i, neutralPhi[particles.Index[i]], row);
            row[ParticleColumns.IsNeuHad] = 1;
        }
    }

    private static void WriteLepton(in Lepton lepton, Span<float> row)
    {
        row.Clear();
        row[ParticleColumns.Energy] = (float)(lepton.Pt * Math.Cosh(lepton.Eta));
        row[ParticleColumns.Px] = (float)(lepton.Pt * Math.Cos(lepton.Phi));
        row[ParticleColumns.Py] = (float)(lepton.Pt * Math.Sin(lepton.Phi));
        row[ParticleColumns.Pz] = (float)(lepton.Pt * Math.Sinh(lepton.Eta));
        row[ParticleColumns.Pt] = (float)lepton.Pt;
        row[ParticleColumns.Eta] = (float)lepton.Eta;
        row[ParticleColumns.Phi] = (float)lepton.Phi;
        row[ParticleColumns.ChPFIso] = (float)lepton.IsoCharged;
        row[ParticleColumns.GammaPFIso] = (float)lepton.IsoPhoton;
        row[ParticleColumns.NeuPFIso] = (float)lepton.IsoNeutral;
        row[lepton.IsElectron ? ParticleColumns.IsEle : ParticleColumns.IsMu] = 1;
        row[ParticleColumns.Charge] = lepton.Charge;
    }

    /// <summary>The columns all kept particles have; φ as in the file, whatever range that uses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteCommon(KeptParticles particles, int i, float phi, Span<float> row)
    {
        row.Clear();
        row[ParticleColumns.Energy] = (float)particles.Energy[i];
        row[ParticleColumns.Px] = (float)particles.Px[i];
        row[ParticleColumns.Py] = (float)particles.Py[i];
        row[ParticleColumns.Pz] = (float)particles.Pz[i];
        row[ParticleColumns.Pt] = (float)particles.Pt[i];
        row[ParticleColumns.Eta] = (float)particles.Eta[i];
        row[ParticleColumns.Phi] = phi;
        row[ParticleColumns.ChPFIso] = (float)particles.IsoCharged[i];
        row[ParticleColumns.GammaPFIso] = (float)particles.IsoPhoton[i];
        row[ParticleColumns.NeuPFIso] = (float)particles.IsoNeutral[i];
    }
}
