BeforeAll {
    . $PSScriptRoot/Support.ps1
    $reply = {
        param($json)

        [PbxEvents.PbxReply]@{ RequestId = 'r1'; Request = 'x'; Raw = $json }
    }
}

Describe 'The payload as an object' {
    It 'has the members of the JSON, in their order' {
        $data = (& $reply '{"b":1,"a":{"c":[1,{"d":"x"}]},"n":null,"t":true}').Data
        $data.PSObject.Properties.Name | Should -Be 'b', 'a', 'n', 't'
        $data.a.c[1].d | Should -Be 'x'
        $data.n | Should -BeNullOrEmpty
        $data.t | Should -BeTrue
    }

    It 'keeps every digit of <_>' -ForEach @(
        '9007199254740993', '-9223372036854775808', '18446744073709551616', '123456789012345678901234567890'
        '0.1', '1.10', '12345678901234567.89', '-0.5'
    ) {
        $data = (& $reply "{""v"":$_}").Data
        [string]::Format([cultureinfo]::InvariantCulture, '{0}', $data.v) | Should -Be $_
    }

    It 'keeps texts as texts, dates and ids too' {
        $data = (& $reply '{"at":"2025-11-08T10:00:00.000Z","id":"0042","phone":"+4512345678"}').Data
        $data.at | Should -BeOfType string
        $data.at | Should -Be '2025-11-08T10:00:00.000Z'
        $data.id | Should -Be '0042'
    }

    It 'keeps both of two members that differ in case only, and the last of two that do not' {
        $data = (& $reply '{"callId":"a","callid":"b","x":1,"x":2}').Data
        $data.callId | Should -Be 'a'
        $data.callid_ | Should -Be 'b'
        $data.x | Should -Be 2
    }

    It 'takes a member without a name' {
        (& $reply '{"":5}').Data._ | Should -Be 5
    }

    It 'is an array, a text or a number when the payload is one' {
        (& $reply '[1,2,3]').Data | Should -Be 1, 2, 3
        (& $reply '"text"').Data | Should -Be 'text'
        (& $reply '17').Data | Should -Be 17
    }

    It 'is the text itself when it is no JSON, and nothing when there is none' {
        (& $reply 'not json').Data | Should -Be 'not json'
        (& $reply '').Data | Should -BeNullOrEmpty
        (& $reply 'null').Data | Should -BeNullOrEmpty
    }

    It 'is made once' {
        $one = & $reply '{"a":1}'
        [object]::ReferenceEquals($one.Data, $one.Data) | Should -BeTrue
    }

    It 'is there on events' {
        $null = Connect-Bench
        $null = Invoke-PbxSimulation Missed -Pace 0
        $pbxEvent = Wait-PbxEvent -Name CALL_RING -Timeout $Patience
        $pbxEvent.Data.event | Should -Be 'CALL_RING'
        ($pbxEvent.Raw | ConvertFrom-Json).sessionId | Should -Be $pbxEvent.Data.sessionId
        (Get-PbxEvent Connection)[0].Data | Should -BeNullOrEmpty
        Close-Bench
    }
}

Describe 'Data that is sent' {
    BeforeAll {
        $toJson = [PbxEvents.Module.Data.DataProperty].Assembly.GetType('PbxEvents.Module.Data.PSObjectToJson').GetMethod('Convert')
        function ConvertTo-Sent {
            param($Value)

            [System.Text.Encoding]::UTF8.GetString($toJson.Invoke($null, @($Value, $false)).ToArray())
        }
    }

    It 'writes <Json>' -ForEach @(
        @{ Json = '{"a":1,"b":["x",true,null]}'; Value = [ordered]@{ a = 1; b = 'x', $true, $null } }
        @{ Json = '{"a":{"b":"c"}}'; Value = [pscustomobject]@{ a = [pscustomobject]@{ b = 'c' } } }
        @{ Json = '"text"'; Value = 'text' }
        @{ Json = '12.5'; Value = 12.5 }
        @{ Json = '{"big":123456789012345678901234567890}'; Value = @{ big = [bigint]::Parse('123456789012345678901234567890') } }
        @{ Json = '{"day":"Monday"}'; Value = @{ day = [DayOfWeek]::Monday } }
        @{ Json = "{`"name`":`"R`u{F8}d \`"x\`"`"}"; Value = @{ name = "R`u{F8}d `"x`"" } }
    ) {
        ConvertTo-Sent $Value | Should -BeExactly $Json
    }
}
