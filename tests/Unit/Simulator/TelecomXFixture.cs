using System.Net;
using System.Text.Json;
using PbxEvents.Simulator;
using PbxEvents.Simulator.TelecomX;

namespace PbxEvents.Tests.Unit.Simulator;

/// <summary>A TelecomX simulator and the steps every client takes on it.</summary>
internal sealed class TelecomXFixture : IAsyncDisposable
{
    private readonly HttpClient _http;

    public TelecomXFixture(TelecomXSimulatorOptions? options = null)
    {
        Simulator = (TelecomXSimulator)PbxSimulator.Start(options ?? new TelecomXSimulatorOptions { Provider = "TelecomX" });
        _http = new HttpClient { BaseAddress = Simulator.Server };
    }

    public TelecomXSimulator Simulator { get; }

    public async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        using var content = body is null ? null : new StringContent(JsonSerializer.Serialize(body));
        request.Content = content;
        using var answer = await _http.SendAsync(request, Limits.Patience);
        var text = await answer.Content.ReadAsStringAsync(Limits.Patience);
        return (answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    public Task<(HttpStatusCode Status, JsonElement Body)> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<(HttpStatusCode Status, JsonElement Body)> LogInAsync(object? extra = null) =>
        SendAsync(HttpMethod.Post, "/auth/login", extra ?? new { username = Simulator.UserName, password = Simulator.Password });

    /// <summary>A client that has authenticated and subscribed.</summary>
    public async Task<RawSocketIo> ConnectAsync(params string[] channels)
    {
        var client = await AuthenticateAsync(Simulator.AccessToken);
        foreach (var channel in channels)
        {
            await client.EmitAsync("subscribe", new { type = channel, customer = Simulator.Domain });
            Assert.Equal(channel, (await client.EventAsync("subscribed")).GetProperty("type").GetString());
        }

        return client;
    }

    public async Task<RawSocketIo> AuthenticateAsync(string token, string instance = "host-1")
    {
        var client = await RawSocketIo.JoinAsync(Simulator.Server);
        await client.EmitAsync("authenticate", new { token, client = "test", instanceId = instance, ip = "192.0.2.9" });
        await client.EventAsync("authenticated");
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Simulator.DisposeAsync();
    }
}
