using Distill.Serve.Requests;

namespace Tests.Serve;

public sealed class RequestOriginTests
{
    [Theory]
    [InlineData("GET", "127.0.0.1:8642", null, null, null)]
    [InlineData("POST", "localhost:8642", null, null, null)]
    [InlineData("POST", "127.0.0.1:9000", "http://127.0.0.1:9000", "same-origin", "cors")]
    [InlineData("GET", "localhost", "http://localhost", "same-origin", "no-cors")]
    [InlineData("GET", "127.0.0.1:8642", null, "none", "navigate")]
    [InlineData("GET", "127.0.0.1:8642", null, "cross-site", "navigate")]
    public void Own_page_programs_and_links_are_answered(string method, string host, string? origin, string? site, string? mode) =>
        new RequestOrigin(method, host, origin, site, mode).Check();

    [Theory]
    [InlineData("GET", null, null, null, null)]
    [InlineData("GET", "", null, null, null)]
    [InlineData("GET", "evil.example:8642", null, null, null)]
    [InlineData("GET", "evil.example", "http://evil.example", "same-origin", "cors")]
    [InlineData("GET", "127.0.0.1.evil.example:8642", null, null, null)]
    [InlineData("GET", "localhost@evil.example:8642", null, null, null)]
    [InlineData("GET", "evil.example#localhost:8642", null, null, null)]
    [InlineData("GET", "192.168.0.2:8642", null, null, null)]
    [InlineData("POST", "127.0.0.1:8642", "http://evil.example", null, null)]
    [InlineData("POST", "127.0.0.1:8642", "http://127.0.0.1:3000", null, null)]
    [InlineData("POST", "127.0.0.1:8642", "http://localhost:8642", null, null)]
    [InlineData("POST", "127.0.0.1:8642", "https://127.0.0.1:8642", null, null)]
    [InlineData("POST", "127.0.0.1:8642", "null", null, null)]
    [InlineData("POST", "127.0.0.1:8642", "", null, null)]
    [InlineData("GET", "127.0.0.1:8642", null, "cross-site", "no-cors")]
    [InlineData("GET", "127.0.0.1:8642", null, "same-site", "cors")]
    [InlineData("POST", "127.0.0.1:8642", null, "cross-site", "navigate")]
    public void Other_pages_are_refused(string method, string? host, string? origin, string? site, string? mode) => Assert.Equal(
        403, Assert.Throws<RequestRefusedException>(new RequestOrigin(method, host, origin, site, mode).Check).Status);
}
