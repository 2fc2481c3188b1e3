using PbxEvents.Providers.Contracts;
using PbxEvents.Providers.Transport;

namespace PbxEvents.Notify;

/// <summary>
/// Requests to one server that have one limit of time together. A server that asks for a pause gets it, where there is time for it.
/// </summary>
internal sealed class PatientHttp : IHttpClient, IDisposable
{
    private readonly string _target;
    private readonly TransportOptions _transport;
    private readonly HttpTransport _http;
    private readonly CancellationTokenSource _limit;
    private readonly long _began;

    /// <param name="target">Who is asked, for errors.</param>
    /// <param name="transport">Certificate, proxy, and the time for all requests.</param>
    public PatientHttp(string target, TransportOptions transport)
    {
        (_target, _transport) = (target, transport);
        _http = new HttpTransport(transport);
        _limit = new CancellationTokenSource(transport.ConnectTimeout, transport.Clock);
        _began = transport.Clock.GetTimestamp();
    }

    /// <inheritdoc/>
    public Task<HttpAnswer> SendAsync(HttpCall request, CancellationToken cancellationToken) => SendAsync(() => request, cancellationToken);

    /// <summary>Sends a request, which is made anew for a second time.</summary>
    /// <inheritdoc cref="IHttpClient.SendAsync"/>
    public async Task<HttpAnswer> SendAsync(Func<HttpCall> makeRequest, CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _limit.Token);
        var request = makeRequest();
        try
        {
            var answer = await _http.SendAsync(request, both.Token).ConfigureAwait(false);

            // Once: who is asked to wait longer than there is time is to come again.
            if (answer is { Status: 429 or >= 500, RetryAfter: { } wait } && wait < _transport.ConnectTimeout - _transport.Clock.GetElapsedTime(_began))
            {
                await Task.Delay(wait, _transport.Clock, both.Token).ConfigureAwait(false);
                answer = await _http.SendAsync(makeRequest(), both.Token).ConfigureAwait(false);
            }
            return answer;
        }
        catch (Exception e) when (_limit.IsCancellationRequested && e is OperationCanceledException or PbxException { Kind: PbxErrorKind.Timeout, Code: null })
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw LinkFaults.TimedOut($"{request.Uri.Scheme}://{request.Uri.Authority}", request.Uri.Host, _transport.ConnectTimeout);
        }
        catch (PbxException e) when (e.Kind == PbxErrorKind.HandshakeFailed && e.Code is null)
        {
            throw NotifyFaults.NoAnswer(_target, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _limit.Dispose();
    }
}
