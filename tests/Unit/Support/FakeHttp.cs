using System.Text;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Tests.Unit.Support;

/// <summary>HTTP that answers from a function and keeps the calls.</summary>
internal sealed class FakeHttp(Func<HttpCall, HttpAnswer> answer) : IHttpClient
{
    private readonly List<HttpCall> _calls = [];

    public IReadOnlyList<HttpCall> Calls
    {
        get
        {
            lock (_calls)
                return _calls.ToArray();
        }
    }

    public Task<HttpAnswer> SendAsync(HttpCall request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_calls)
            _calls.Add(request);
        return Task.FromResult(answer(request));
    }

    public static HttpAnswer Json(int status, string body) => new(status, Encoding.UTF8.GetBytes(body));

    public static string BodyOf(HttpCall call) => Encoding.UTF8.GetString(call.Body.Span);
}
