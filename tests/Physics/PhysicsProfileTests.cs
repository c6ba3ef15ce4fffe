namespace DaprHep.Physics.Tests;

public sealed class PhysicsProfileTests
{
    [Theory]
    [InlineData(PhysicsProfile.Standard)]
    [InlineData(PhysicsProfile.Cern2019)]
    public void A_name_leads_back_to_its_profile(PhysicsProfile profile) => PhysicsProfiles.Parse(profile.Name()).ShouldBe(profile);

    [Fact]
    public void An_unknown_name_is_refused_with_those_there_are() =>
        Should.Throw<ArgumentException>(() => PhysicsProfiles.Parse("Standard")).Message
            .ShouldBe("unknown physics profile 'Standard': expected 'standard' or 'cern2019'");

    [Fact]
    public void There_are_as_many_names_as_columns()
    {
        HlfColumns.Names.Count.ShouldBe(HlfColumns.Count);
        ParticleColumns.Names.Count.ShouldBe(ParticleColumns.Count);
        ParticleColumns.Names[ParticleColumns.Charge].ShouldBe("Charge");
        HlfColumns.Names[HlfColumns.LepIsEle].ShouldBe("LepIsEle");
    }
}
