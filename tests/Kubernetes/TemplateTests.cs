using DaprHep.Learning.Distributed.Kubernetes;

namespace DaprHep.Kubernetes.Tests;

/// <summary>Which templates of the ranks' job are refused, and how that is said.</summary>
public sealed class TemplateTests
{
    [Theory]
    [InlineData("kind: Pod\napiVersion: v1", "expected apiVersion batch/v1, kind Job, found v1, Pod")]
    [InlineData("a: b\n---\nc: d", "expected one document, found another number of them")]
    [InlineData("apiVersion: batch/v1\nkind: Job\nspec: {template: {spec: {containers: [{name: main}]}}}",
        "expected a container named rank in spec.template.spec.containers, found 1 of other names")]
    [InlineData("apiVersion: batch/v1\nkind: Job\nspec: {template: {spec: {containers: [{name: rank}]}}}",
        "expected an image of container rank, found none")]
    [InlineData(
        "apiVersion: batch/v1\nkind: Job\n"
        + "spec: {template: {spec: {terminationGracePeriodSeconds: long, containers: [{name: rank, image: i}]}}}",
        "expected a batch/v1 Job in YAML")]
    [InlineData("apiVersion: [", "expected a batch/v1 Job in YAML")]
    public void A_wrong_template_is_refused_with_what_is_wrong(string yaml, string message) =>
        Should.Throw<KubernetesException>(() => RankJobTemplate.Parse(yaml, "job.yaml", image: null))
            .Message.ShouldSatisfyAllConditions(text => text.ShouldStartWith("job.yaml: "), text => text.ShouldContain(message));

    [Fact]
    public void A_missing_template_is_named() =>
        Should.Throw<KubernetesException>(() => RankJobTemplate.Read("/nowhere/job.yaml", null)).Message.ShouldContain("/nowhere/job.yaml");
}
