namespace DaprHep.Physics.Tests;

public sealed class EventConverterTests
{
    [Theory]
    [InlineData(PhysicsProfile.Standard)]
    [InlineData(PhysicsProfile.Cern2019)]
    public void Random_events_convert_as_in_the_plainest_implementation(PhysicsProfile profile)
    {
        var made = RandomEvents.MakeMany(400);
        var (selection, cutFlow) = EventTable.Convert(profile, made);
        var found = 0;
        for (var entry = 0; entry < made.Length; entry++)
        {
            var expected = NaiveConversion.Convert(made[entry], profile);
            var selected = found < selection.Count && selection.Ids[found] == (ulong)entry;
            selected.ShouldBe(expected is not null, $"selection of event {entry}");
            if (expected is not { } wanted)
                continue;
            Agreement.ShouldAgree<double>(selection.HlfOf(found), wanted.Hlf, HlfColumns.Names, 1e-6, $"event {entry}");
            Agreement.ShouldAgree<double>(
                selection.ParticlesOf(found), wanted.Particles.SelectMany(row => row).ToArray(),
                ParticleColumns.Names, 1e-6, $"event {entry}");
            found++;
        }
        found.ShouldBe(selection.Count);
        found.ShouldBeGreaterThan(50);
        cutFlow.Selected.ShouldBe(found);
        cutFlow.Read.ShouldBe(made.Length);
    }

    [Fact]
    public void Turning_the_event_around_the_beam_changes_no_isolation_in_standard()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var made = RandomEvents.Make(seed);
            var (before, _) = EventTable.Convert(PhysicsProfile.Standard, made);
            var (after, _) = EventTable.Convert(PhysicsProfile.Standard, RandomEvents.Rotate(made, 2.2));
            after.Count.ShouldBe(before.Count);
            after.ParticleCount.ShouldBe(before.ParticleCount);
            for (var i = 0; i < before.Particles.Length; i += ParticleColumns.Count)
            {
                for (var j = i + ParticleColumns.ChPFIso; j <= i + ParticleColumns.NeuPFIso; j++)
                    Agreement.Within(after.Particles[j], before.Particles[j], 1e-5).ShouldBeTrue($"seed {seed}, value {j}");
            }
            if (before.Count > 0)
                Agreement.Within(after.Hlf[HlfColumns.MT], before.Hlf[HlfColumns.MT], 1e-4).ShouldBeTrue($"seed {seed}");
        }
    }

    [Fact]
    public void A_cone_across_phi_pi_is_whole_in_standard_and_cut_in_cern2019()
    {
        var made = MadeEvent.WithIsolatedElectron(phi: 3.1f);
        made.Photons.Add((8, 0.5f, -3.1f));
        Isolation(PhysicsProfile.Standard, made).ShouldBe(0.2f, 1e-6f);
        Isolation(PhysicsProfile.Cern2019, made).ShouldBe(0f);
        Isolation(PhysicsProfile.Cern2019, RandomEvents.Rotate(made, 1)).ShouldBe(0.2f, 1e-6f);

        static float Isolation(PhysicsProfile profile, MadeEvent made) =>
            EventTable.Convert(profile, made).Selection.Hlf[HlfColumns.LepIsoGamma];
    }

    [Fact]
    public void The_leading_isolated_lepton_wins_in_standard_and_the_one_of_larger_eta_in_cern2019()
    {
        var made = MadeEvent.WithIsolatedElectron(pt: 60, eta: -1);
        made.Muons.Add((30, 1.5f, -2, 1));
        made.Tracks.Add((30, 1.5f, -2, 0, 0, 0, -13));
        EventTable.Convert(PhysicsProfile.Standard, made).Selection.Hlf[HlfColumns.LepIsEle].ShouldBe(1);
        EventTable.Convert(PhysicsProfile.Cern2019, made).Selection.Hlf[HlfColumns.LepIsEle].ShouldBe(0);
    }

    [Fact]
    public void At_equal_eta_the_muon_wins_in_cern2019()
    {
        var made = MadeEvent.WithIsolatedElectron(pt: 60, eta: 0.5f, phi: 1);
        made.Muons.Add((60, 0.5f, 1, 1));
        EventTable.Convert(PhysicsProfile.Cern2019, made).Selection.Hlf[HlfColumns.LepIsEle].ShouldBe(0);
    }

    [Fact]
    public void A_float_above_pi_is_the_centre_of_a_cone_on_the_other_side_in_cern2019()
    {
        var made = MadeEvent.WithIsolatedElectron();
        made.Tracks.Insert(0, (2, 2, MathF.PI, 0, 0, 0, 211));
        made.Photons.Add((8, 2, 3.1f));
        made.Photons.Add((4, 2, -3.1f));
        var (published, _) = EventTable.Convert(PhysicsProfile.Cern2019, made);
        var (standard, _) = EventTable.Convert(PhysicsProfile.Standard, made);
        published.Particles[ParticleColumns.Count + ParticleColumns.GammaPFIso].ShouldBe(2);
        standard.Particles[ParticleColumns.Count + ParticleColumns.GammaPFIso].ShouldBe(6);
    }

    [Fact]
    public void Of_several_isolated_electrons_standard_takes_the_leading_and_cern2019_the_first()
    {
        var made = MadeEvent.WithIsolatedElectron(pt: 30);
        made.Electrons.Add((50, -2, -2, 1));
        made.Tracks.Add((50, -2, -2, 0, 0, 0, -11));
        EventTable.Convert(PhysicsProfile.Standard, made).Selection.Hlf[HlfColumns.LepPt].ShouldBe(50);
        EventTable.Convert(PhysicsProfile.Cern2019, made).Selection.Hlf[HlfColumns.LepPt].ShouldBe(30, 1e-5);
    }

    [Fact]
    public void The_own_track_counts_in_no_isolation_of_standard_and_is_subtracted_from_all_charged_ones_in_cern2019()
    {
        var made = MadeEvent.WithIsolatedElectron();
        var (standard, _) = EventTable.Convert(PhysicsProfile.Standard, made);
        var (published, _) = EventTable.Convert(PhysicsProfile.Cern2019, made);
        var photon = 2 * ParticleColumns.Count;
        standard.Particles[photon + ParticleColumns.IsGamma].ShouldBe(1);
        standard.Particles[photon + ParticleColumns.ChPFIso].ShouldBe(0);
        standard.Particles[photon + ParticleColumns.GammaPFIso].ShouldBe(0);
        published.Particles[photon + ParticleColumns.ChPFIso].ShouldBe(-1);
        published.Particles[photon + ParticleColumns.GammaPFIso].ShouldBe(1);
    }

    [Fact]
    public void Cern2019_drops_events_without_a_track_photon_or_neutral_hadron_and_counts_them()
    {
        var noPhoton = MadeEvent.WithIsolatedElectron();
        noPhoton.Photons.Clear();
        var softNeutral = MadeEvent.WithIsolatedElectron();
        softNeutral.Neutrals[0] = (1, 0, 0);
        MadeEvent[] made = [noPhoton, softNeutral, MadeEvent.WithIsolatedElectron(), MadeEvent.WithIsolatedElectron(pt: 23)];
        EventTable.Convert(PhysicsProfile.Cern2019, made).CutFlow.ShouldBe(new CutFlow(4, 3, 1, 1, 1, 0));
        EventTable.Convert(PhysicsProfile.Standard, made).CutFlow.ShouldBe(new CutFlow(4, 3, 3, 3, 3, 0));
    }

    [Fact]
    public void At_most_450_tracks_150_photons_and_200_neutral_hadrons_are_kept_and_all_count_in_isolation()
    {
        var made = MadeEvent.WithIsolatedElectron();
        for (var i = 0; i < 600; i++)
        {
            made.Tracks.Add((1, -2, -2, 0, 0, 0, 211));
            made.Photons.Add((2, -2, -2));
            made.Neutrals.Add((2, -2, -2));
        }
        foreach (var profile in Enum.GetValues<PhysicsProfile>())
        {
            var (selection, _) = EventTable.Convert(profile, made);
            selection.ParticleCount.ShouldBe(ParticleColumns.MaxParticles);
            var chargedOfLast = selection.Particles[^(ParticleColumns.Count - ParticleColumns.ChPFIso)];
            chargedOfLast.ShouldBe(profile == PhysicsProfile.Standard ? 300 : 299);
        }
    }

    [Fact]
    public void Ids_hold_the_source_and_the_tree_entry_and_a_batch_grows_over_runs_and_empties()
    {
        var converter = new EventConverter(PhysicsProfile.Standard);
        var selection = new TopologyEvents();
        var notSelected = new MadeEvent();
        var first = new EventTable(MadeEvent.WithIsolatedElectron(), notSelected, MadeEvent.WithIsolatedElectron()).View;
        converter.Convert(first, selection);
        for (var run = 0; run < 500; run++)
            converter.Convert(new EventTable(MadeEvent.WithIsolatedElectron()).ViewOf(7, 1000 + run), selection);
        selection.Count.ShouldBe(502);
        selection.Ids[..3].ToArray().ShouldBe([0ul, 2ul, (7ul << 32) | 1000]);
        selection.ParticleOffsets.Length.ShouldBe(503);
        selection.ParticleOffsets[^1].ShouldBe(selection.ParticleCount);
        selection.HlfOf(501).ToArray().ShouldBe(selection.HlfOf(0).ToArray());
        selection.Clear();
        selection.Count.ShouldBe(0);
        selection.ParticleOffsets.ToArray().ShouldBe([0]);
        converter.CutFlow.Selected.ShouldBe(502);
    }

    [Fact]
    public void Nothing_is_allocated_for_an_event()
    {
        var converter = new EventConverter(PhysicsProfile.Standard);
        var selection = new TopologyEvents();
        var view = new EventTable(RandomEvents.MakeMany(100)).View;
        converter.Convert(view, selection);
        selection.Clear();
        var before = GC.GetAllocatedBytesForCurrentThread();
        converter.Convert(view, selection);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Branches_of_one_collection_with_different_numbers_of_values_are_refused_by_name()
    {
        var table = new EventTable(MadeEvent.WithIsolatedElectron(), MadeEvent.WithIsolatedElectron());
        var message = Should.Throw<EventFormatException>(() =>
        {
            float[] eta = [1, 2, 3];
            int[] offsets = [0, 2, 3];
            new EventConverter(PhysicsProfile.Standard).Convert(
                table.View with { TrackEta = new BranchColumn<float>(eta, offsets), FirstEntry = 40 }, new TopologyEvents());
        }).Message;
        message.ShouldContain("EFlowTrack.Eta");
        message.ShouldContain("1 values in entry 41 where EFlowTrack.PT has 2");
    }
}
