using System.Text;

namespace DaprHep.Root.Tests;

/// <summary>Globs, folders and lists that are URLs.</summary>
public sealed class UrlPathTests
{
    private static readonly string[] Files =
    [
        "listed://bucket/a.root", "listed://bucket/qcd/1.root", "listed://bucket/qcd/2.root", "listed://bucket/qcd/deep/er/3.root",
        "listed://bucket/qcd/notes.txt", "listed://bucket/qcd2/4.root", "listed://bucket/tt.root",
    ];

    static UrlPathTests() => ByteSources.Register(
        "listed",
        url => throw new RootIOException($"{url}: never opened"),
        new FileListing((start, _) => Files.Where(file => file.StartsWith(start, StringComparison.Ordinal)), HasQueries: false));

    [Theory]
    [InlineData("listed://bucket/qcd/*.root", "qcd/1.root qcd/2.root")]
    [InlineData("listed://bucket/qcd*/?.root", "qcd/1.root qcd/2.root qcd2/4.root")]
    [InlineData("listed://bucket/**/*.root", "a.root qcd/1.root qcd/2.root qcd/deep/er/3.root qcd2/4.root tt.root")]
    [InlineData("listed://bucket/qcd/**/3.root", "qcd/deep/er/3.root")]
    [InlineData("listed://bucket/qcd/**", "qcd/1.root qcd/2.root qcd/deep/er/3.root qcd/notes.txt")]
    [InlineData("listed://bucket/qcd/", "qcd/1.root qcd/2.root")]
    [InlineData("listed://bucket/", "a.root tt.root")]
    [InlineData("listed://bucket/not/looked/at.root", "not/looked/at.root")]
    public void What_a_scheme_can_list_is_matched_as_files_are(string pattern, string expected) =>
        string.Join(' ', RootPaths.Expand([pattern]).Select(file => file["listed://bucket/".Length..])).ShouldBe(expected);

    [Theory]
    [InlineData("listed://bucket/*.parquet", "no file matches")]
    [InlineData("listed://bucket/nothing/", "no file matches")]
    [InlineData("listed://buck*/a.root", "bucket without")]
    [InlineData("listed://*", "bucket without")]
    [InlineData("https://host/data/*.root", "can't be listed")]
    public void What_can_not_be_listed_is_refused_with_its_name(string pattern, string problem)
    {
        var e = Should.Throw<RootIOException>(() => RootPaths.Expand([pattern]));
        e.Message.ShouldContain(pattern);
        e.Message.ShouldContain(problem);
    }

    [Theory]
    [InlineData("a/*.root", 0)]
    [InlineData("a/b/", 0)]
    [InlineData("a/*/c*/*.root", 2)]
    public void No_more_folders_are_gone_down_than_a_glob_has(string pattern, int expected)
    {
        var asked = -1;
        ByteSources.Register("deep", _ => throw new RootIOException("never opened"), new FileListing(Listed, HasQueries: true));
        Should.Throw<RootIOException>(() => RootPaths.Expand([$"deep://host/{pattern}"]));
        asked.ShouldBe(expected);

        IEnumerable<string> Listed(string start, int depth)
        {
            asked = depth;
            return [];
        }
    }

    [Fact]
    public void What_follows_the_question_mark_of_a_server_with_queries_is_no_glob()
    {
        ByteSources.Register("asking", _ => throw new RootIOException("never opened"), new FileListing((_, _) => [], HasQueries: true));
        RootPaths.Expand(["asking://host/x.root?sign=a*b/"]).ShouldBe(["asking://host/x.root?sign=a*b/"]);
    }

    [Fact]
    public void A_question_mark_of_a_web_address_is_no_glob() =>
        RootPaths.Expand(["https://host/x.root?sign=a*b"]).ShouldBe(["https://host/x.root?sign=a*b"]);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_list_may_be_on_a_web_server_and_its_names_are_beside_it(bool ranges)
    {
        byte[] list = Encoding.UTF8.GetBytes("# files\r\n1.root\r\n\nhttps://elsewhere/2.root\nsub/3.root\n/data/4.root\nlisted://bucket/qcd/*.root\n");
        using var server = new RangeServer(list, ranges);
        RootPaths.Expand([$"@{server.Url}lists/today.txt?token=x/y"]).ShouldBe(
        [
            $"{server.Url}lists/1.root", "https://elsewhere/2.root", $"{server.Url}lists/sub/3.root", "/data/4.root",
            "listed://bucket/qcd/1.root", "listed://bucket/qcd/2.root",
        ]);
    }

    [Fact]
    public void A_list_that_can_not_be_read_is_named()
    {
        using var server = new RangeServer([], failures: 100);
        Should.Throw<RootIOException>(() => RootPaths.Expand([$"@{server.Url}list.txt"])).Message.ShouldContain("list.txt");
        Should.Throw<RootIOException>(() => RootPaths.Expand(["@listed://bucket/list.txt"])).Message.ShouldContain("list.txt");
    }
}
