#!/usr/bin/env escript
%%! +S 1:1 +P 1000000 +Q 1000000
%% Erlang: a process a connection and a process a room; a parked wait is a process in receive. HTTP by the runtime's own parser.
%% One scheduler (+S 1:1): one thread is what these are compared by.
-module(web).
-mode(compile).
-behaviour(gen_event).
-export([main/1, init/1, handle_event/2, handle_call/2]).

-define(RING, 200).
-define(NEWS, 100).
-record(request, {method, path, query, version, close, asks = false, length = 0, body = <<>>}).

main([Addr]) ->
    [Host, Port] = string:split(Addr, ":", trailing),
    {ok, At} = inet:parse_address(Host),
    {ok, Page} = file:read_file(filename:join(filename:dirname(filename:absname(escript:script_name())), "../engines/workload/page.html")),
    {ok, Listener} = gen_tcp:listen(list_to_integer(Port), [binary, {ip, At}, {active, false}, {backlog, 4096},
        {reuseaddr, true}, {nodelay, true}, {exit_on_close, false}]),
    ets:new(rooms, [named_table, public, {read_concurrency, true}]),
    persistent_term:put(page, Page),
    persistent_term:put(counts, counters:new(2, [])), % 1: connections, 2: waiters
    register(places, spawn_link(fun() -> places(64, queue:new()) end)),
    ok = gen_event:swap_handler(erl_signal_server, {erl_signal_handler, []}, {?MODULE, []}),
    accept(Listener).

count(What, N) -> counters:add(persistent_term:get(counts), What, N).
counted(What) -> counters:get(persistent_term:get(counts), What).

accept(Listener) ->
    case gen_tcp:accept(Listener) of
        {ok, Socket} ->
            Pid = spawn(fun() -> receive go -> connection(Socket) end end),
            gen_tcp:controlling_process(Socket, Pid),
            Pid ! go;
        {error, _} -> timer:sleep(100) % no descriptor is left
    end,
    accept(Listener).

connection(Socket) ->
    count(1, 1),
    try serve(Socket, <<>>)
    catch throw:{malformed, Status} -> refuse(Socket, #request{version = {1, 1}, close = true}, Status, <<"the request is malformed or too large">>, []);
          throw:gone -> ok
    after
        count(1, -1),
        gen_tcp:close(Socket) % flushes
    end.

%% serve answers one request after the other. Kept is what arrived of the next.
serve(Socket, Kept) ->
    {Request, Rest} = request(Socket, Kept),
    Behind = answer(Socket, Request, Rest),
    case Request#request.close of
        true -> ok;
        false -> serve(Socket, Behind)
    end.

request(Socket, Kept) ->
    erase(deadline),
    {Start, Rest, Size} = packet(http_bin, Socket, Kept, 0),
    case Start of
        {http_request, Method, Target, Version} when Version =:= {1, 1}; Version =:= {1, 0} ->
            [Path | Query] = binary:split(target(Target), <<"?">>),
            New = #request{method = name(Method), path = unescaped(Path), query = iolist_to_binary(Query), version = Version, close = Version =:= {1, 0}},
            fields(Socket, New, Rest, Size, 0);
        _ -> throw({malformed, 400})
    end.

target({abs_path, Target}) -> Target;
target({absoluteURI, _, _, _, Target}) -> Target;
target('*') -> <<"*">>;
target(_) -> throw({malformed, 400}).

unescaped(Path) -> case uri_string:percent_decode(Path) of {error, _, _} -> Path; Plain -> Plain end.

name(Method) when is_atom(Method) -> atom_to_binary(Method);
name(Method) -> Method.

%% packet is the next piece of a head, a request line or a field, and its size. Before: that of those before it.
packet(Type, Socket, Kept, Before) ->
    case erlang:decode_packet(Type, Kept, []) of
        {ok, {http_error, _}, _} -> throw({malformed, 400});
        {ok, Packet, Rest} -> {Packet, Rest, byte_size(Kept) - byte_size(Rest)};
        {more, _} when Before + byte_size(Kept) > 8192 -> throw({malformed, 431});
        {more, _} -> packet(Type, Socket, more(Socket, Kept), Before);
        {error, _} -> throw({malformed, 400})
    end.

%% more waits for ever for a request to begin, and 10 s for the rest of it.
more(Socket, Kept) ->
    Now = erlang:monotonic_time(millisecond),
    Timeout = case get(deadline) of
        undefined when Kept =:= <<>> -> infinity;
        undefined -> put(deadline, Now + 10000), 10000;
        Deadline -> max(0, Deadline - Now)
    end,
    case gen_tcp:recv(Socket, 0, Timeout) of
        {ok, Data} -> <<Kept/binary, Data/binary>>;
        {error, timeout} -> throw({malformed, 408});
        {error, _} -> throw(gone)
    end.

fields(_, _, _, Size, _) when Size > 8192 -> throw({malformed, 431});
fields(Socket, Request, Kept, Size, Hosts) ->
    {Packet, Rest, More} = packet(httph_bin, Socket, Kept, Size),
    Next = fun(R, H) -> fields(Socket, R, Rest, Size + More, H) end,
    case Packet of
        http_eoh when Hosts =/= 1, Request#request.version =:= {1, 1} -> throw({malformed, 400});
        http_eoh -> body(Socket, Request, Rest);
        {http_header, _, 'Host', _, _} -> Next(Request, Hosts + 1);
        {http_header, _, 'Content-Length', _, Value} when is_integer(Request#request.length) ->
            Length = digits(string:trim(Value), 10),
            case lists:member(Request#request.length, [0, Length]) of
                true -> Next(Request#request{length = Length}, Hosts);
                false -> throw({malformed, 400})
            end;
        {http_header, _, 'Transfer-Encoding', _, Value} when Request#request.length =:= 0, Request#request.version =:= {1, 1} ->
            case string:lowercase(string:trim(Value)) of
                <<"chunked">> -> Next(Request#request{length = chunked}, Hosts);
                _ -> throw({malformed, 400})
            end;
        {http_header, _, Name, _, _} when Name =:= 'Content-Length'; Name =:= 'Transfer-Encoding' -> throw({malformed, 400});
        {http_header, _, 'Connection', _, Value} ->
            Words = [string:trim(W) || W <- string:split(string:lowercase(Value), ",", all)],
            Close = lists:member(<<"close">>, Words) orelse (Request#request.close andalso not lists:member(<<"keep-alive">>, Words)),
            Next(Request#request{close = Close}, Hosts);
        {http_header, _, <<"Expect">>, _, _} -> Next(Request#request{asks = Request#request.version =:= {1, 1}}, Hosts);
        {http_header, _, _, _, _} -> Next(Request, Hosts)
    end.

digits(<<C, _/binary>> = Text, _) when C =:= $+; C =:= $-; byte_size(Text) > 16 -> throw({malformed, 400});
digits(Text, Base) -> try binary_to_integer(Text, Base) catch _:_ -> throw({malformed, 400}) end.

most(<<"/echo">>) -> 65536;
most(_) -> 8192.

route(<<"/echo">>) -> <<"POST">>;
route(<<"/send">>) -> <<"POST">>;
route(Path) when Path =:= <<"/">>; Path =:= <<"/wait">>; Path =:= <<"/stats">>; Path =:= <<"/block">> -> <<"GET">>;
route(_) -> none.

body(Socket, Request = #request{length = chunked, path = Path}, Kept) -> leave(Socket, Request), chunks(Socket, Request, Kept, [], most(Path));
body(Socket, Request = #request{length = Length, path = Path, method = Method}, Kept) ->
    case Length > most(Path) andalso route(Path) =:= Method of
        true -> throw({malformed, 413});
        false -> leave(Socket, Request), {Body, Rest} = take(Socket, Kept, Length), {Request#request{body = Body}, Rest}
    end.

leave(Socket, #request{asks = true}) -> gen_tcp:send(Socket, "HTTP/1.1 100 Continue\r\n\r\n");
leave(_, _) -> ok.

take(Socket, Kept, N) ->
    case Kept of
        <<Body:N/binary, Rest/binary>> -> {Body, Rest};
        _ -> take(Socket, more(Socket, Kept), N)
    end.

chunks(Socket, Request, Kept, Body, Left) ->
    {Line, Rest} = line(Socket, Kept),
    [Digits | _] = binary:split(Line, [<<";">>, <<" ">>]),
    Size = digits(Digits, 16),
    if
        Size > Left -> throw({malformed, 413});
        Size =:= 0 -> {Request#request{body = iolist_to_binary(Body)}, trailer(Socket, Rest, 8192)};
        true ->
            case take(Socket, Rest, Size + 2) of
                {<<Chunk:Size/binary, "\r\n">>, Behind} -> chunks(Socket, Request, Behind, [Body, Chunk], Left - Size);
                _ -> throw({malformed, 400})
            end
    end.

trailer(_, _, Left) when Left < 0 -> throw({malformed, 431});
trailer(Socket, Kept, Left) ->
    case line(Socket, Kept) of
        {<<>>, Rest} -> Rest;
        {Line, Rest} -> trailer(Socket, Rest, Left - byte_size(Line))
    end.

line(Socket, Kept) ->
    case binary:split(Kept, <<"\r\n">>) of
        [Line, Rest] -> {Line, Rest};
        _ when byte_size(Kept) > 8192 -> throw({malformed, 400});
        _ -> line(Socket, more(Socket, Kept))
    end.

%% answer is what arrived behind the request meanwhile.
answer(Socket, Request = #request{method = Method, path = Path}, Behind) ->
    case route(Path) of
        none -> refuse(Socket, Request, 404, <<"there is nothing at this path">>, []), Behind;
        Method ->
            try handle(Path, Request, Socket, Behind) of
                {Type, Body, Rest} -> say(Socket, Request, 200, Type, Body, []), Rest
            catch throw:{refused, Status, Why} -> refuse(Socket, Request, Status, Why, []), Behind;
                  throw:{ahead, Head} ->
                      say(Socket, Request, 409, "application/json", jiffy:encode(#{error => <<"since is above the head">>, head => Head}), []), Behind
            end;
        Right -> refuse(Socket, Request, 405, <<"this path takes ", Right/binary>>, ["Allow: ", Right, "\r\n"]), Behind
    end.

handle(<<"/">>, _, _, Behind) -> {"text/html; charset=utf-8", persistent_term:get(page), Behind};
handle(<<"/echo">>, #request{body = Body}, _, Behind) -> {"application/octet-stream", Body, Behind};
handle(<<"/stats">>, _, _, Behind) ->
    json(#{model => erlang, conns => counted(1), waiters => counted(2), members => 0, rooms => ets:info(rooms, size), dropped_slow => 0}, Behind);
handle(<<"/send">>, #request{query = Query, body = Body}, _, Behind) ->
    {From, Text} = said(Body),
    Room = room(Query),
    Room ! {say, self(), From, Text},
    receive {said, Id} -> json(#{id => Id}, Behind) end;
handle(<<"/block">>, #request{query = Query}, _, Behind) ->
    Q = parse(Query),
    Ms = number(get(Q, <<"ms">>), 1, 10000),
    stall(get(Q, <<"how">>), Ms),
    json(#{blocked_ms => Ms}, Behind);
handle(<<"/wait">>, #request{query = Query}, Socket, Behind) ->
    Q = parse(Query),
    Since = number(get(Q, <<"since">>), -1, (1 bsl 63) - 1),
    Timeout = number(proplists:get_value(<<"timeout">>, Q, <<"25000">>), 1, 60000),
    Room = room(Query),
    Room ! {wait, self(), Since},
    receive
        {news, News} -> {"application/json", News, Behind};
        {ahead, Head} -> throw({ahead, Head});
        {parked, From} ->
            count(2, 1),
            inet:setopts(Socket, [{active, once}]), % the client may leave, or ask for more
            try parked(Socket, Room, From, erlang:monotonic_time(millisecond) + Timeout, Behind)
            after count(2, -1)
            end
    end.

parked(Socket, Room, Since, End, Behind) ->
    receive
        {news, News} -> {"application/json", News, passive(Socket, Behind)};
        {tcp, Socket, Data} ->
            byte_size(Behind) < 65536 andalso inet:setopts(Socket, [{active, once}]),
            parked(Socket, Room, Since, End, <<Behind/binary, Data/binary>>);
        {tcp_closed, Socket} -> Room ! {leave, self()}, throw(gone);
        {tcp_error, Socket, _} -> Room ! {leave, self()}, throw(gone)
    after max(0, End - erlang:monotonic_time(millisecond)) ->
        Room ! {leave, self()},
        receive {left, News} -> {"application/json", News, passive(Socket, Behind)} end
    end.

passive(Socket, Behind) ->
    inet:setopts(Socket, [{active, false}]),
    receive
        {tcp, Socket, Data} -> <<Behind/binary, Data/binary>>;
        {tcp_closed, Socket} -> Behind; % the next recv says so again
        {tcp_error, Socket, _} -> Behind
    after 0 -> Behind
    end.

json(Fields, Behind) -> {"application/json", jiffy:encode(Fields), Behind}.

refuse(Socket, Request, Status, Why, Fields) ->
    say(Socket, Request, Status, "application/json", jiffy:encode(#{error => Why}), Fields).

say(Socket, #request{method = Method, version = Version, close = Close}, Status, Type, Body, Fields) ->
    Kept = case {Version, Close} of {_, true} -> "Connection: close\r\n"; {{1, 0}, _} -> "Connection: keep-alive\r\n"; _ -> "" end,
    case gen_tcp:send(Socket, ["HTTP/1.1 ", integer_to_list(Status), " ", reason(Status), "\r\nContent-Type: ", Type, "\r\nContent-Length: ",
            integer_to_list(iolist_size(Body)), "\r\n", Kept, Fields, "\r\n", case Method of <<"HEAD">> -> ""; _ -> Body end]) of
        ok -> ok;
        {error, _} -> throw(gone)
    end.

reason(200) -> "OK";
reason(_) -> "Refused".

%% A room is a process: its newest messages, and who waits for more.
room(Query) ->
    Name = word(proplists:get_value(<<"room">>, parse(Query), <<"lobby">>), 64),
    case ets:lookup(rooms, Name) of
        [{_, Room}] -> Room;
        [] ->
            ets:info(rooms, size) < 65536 orelse throw({refused, 503, <<"there are 65536 rooms, and no more can be made">>}),
            Room = spawn(fun() -> receive open -> room(0, [], #{}) end end),
            case ets:insert_new(rooms, {Name, Room}) of
                true -> Room ! open, Room;
                false -> exit(Room, kill), ets:lookup_element(rooms, Name, 2)
            end
    end.

room(Head, Ring, Waiting) ->
    receive
        {say, From, Name, Text} ->
            From ! {said, Head + 1},
            New = lists:sublist([#{id => Head + 1, from => Name, text => Text} | Ring], ?RING),
            [Pid ! {news, news(Head + 1, New, Since)} || {Pid, Since} <- maps:to_list(Waiting)],
            room(Head + 1, New, #{});
        {wait, Pid, Since} when Since > Head -> Pid ! {ahead, Head}, room(Head, Ring, Waiting);
        {wait, Pid, Since} when Since =:= -1; Since =:= Head -> Pid ! {parked, Head}, room(Head, Ring, Waiting#{Pid => Head});
        {wait, Pid, Since} -> Pid ! {news, news(Head, Ring, Since)}, room(Head, Ring, Waiting);
        {leave, Pid} ->
            case Waiting of
                #{Pid := Since} -> Pid ! {left, none(Since)};
                _ -> Pid ! {left, <<>>} % it was told just now
            end,
            room(Head, Ring, maps:remove(Pid, Waiting));
        stop -> [Pid ! {news, none(Since)} || {Pid, Since} <- maps:to_list(Waiting)], room(Head, Ring, #{})
    end.

none(Since) -> jiffy:encode(#{messages => [], missed => 0, next => Since}).

news(Head, Ring, Since) ->
    First = max(Since + 1, Head - length(Ring) + 1),
    Told = lists:sublist(lists:reverse(lists:sublist(Ring, Head - First + 1)), ?NEWS),
    jiffy:encode(#{messages => Told, missed => First - Since - 1, next => First + length(Told) - 1}).

%% What requests mean.
parse(Query) ->
    try [{_, _} = P || P <- uri_string:dissect_query(Query)] catch _:_ -> throw({refused, 400, <<"the query is malformed">>}) end.

get(Q, Key) -> proplists:get_value(Key, Q, <<>>).

word(Value, Most) when is_binary(Value), byte_size(Value) =< Most ->
    case re:run(Value, "^[A-Za-z0-9_.-]+\\z", [{capture, none}]) of
        match -> Value;
        nomatch -> throw({refused, 400, <<"a name is of A-Z a-z 0-9 _ . -">>})
    end;
word(_, _) -> throw({refused, 400, <<"a name is too long, or none">>}).

number(Text, Least, Most) ->
    case is_binary(Text) andalso re:run(Text, "^(-1|[0-9]{1,19})\\z", [{capture, none}]) of
        match -> N = binary_to_integer(Text), N >= Least andalso N =< Most orelse throw({refused, 400, <<"a number is out of its range">>}), N;
        _ -> throw({refused, 400, <<"this is no number">>})
    end.

said(Body) ->
    case catch jiffy:decode(Body, [return_maps]) of
        #{<<"text">> := Text} = Said when is_binary(Text), Text =/= <<>> ->
            byte_size(Text) =< 4096 orelse throw({refused, 413, <<"the text is over 4096 bytes">>}),
            re:run(Text, "[\\x{00}-\\x{1f}\\x{7f}-\\x{9f}]", [unicode, {capture, none}]) =:= nomatch orelse throw({refused, 400, <<"a text has no control characters">>}),
            {word(maps:get(<<"from">>, Said, <<"anon">>), 32), Text};
        _ -> throw({refused, 400, <<"the body is no message in JSON">>})
    end.

%% A process that sleeps or burns CPU holds up no other: the runtime preempts it. Offloaded, it only queues for a place.
stall(<<"inline">>, Ms) -> timer:sleep(Ms);
stall(<<"spin">>, Ms) -> spin(erlang:monotonic_time(microsecond) + Ms * 1000);
stall(<<"offload">>, Ms) ->
    places ! {enter, self()},
    receive enter -> timer:sleep(Ms) end,
    places ! leave;
stall(_, _) -> throw({refused, 400, <<"how must be inline, spin or offload">>}).

spin(End) -> case erlang:monotonic_time(microsecond) < End of true -> spin(End); false -> ok end.

places(Free, Waiting) ->
    receive
        {enter, Pid} when Free > 0 -> Pid ! enter, places(Free - 1, Waiting);
        {enter, Pid} -> places(0, queue:in(Pid, Waiting));
        leave ->
            case queue:out(Waiting) of
                {{value, Pid}, Rest} -> Pid ! enter, places(Free, Rest);
                {empty, _} -> places(Free + 1, Waiting)
            end
    end.

%% SIGTERM: parked waiters are answered first.
init(_) -> {ok, []}.
handle_event(sigterm, State) ->
    [Room ! stop || {_, Room} <- ets:tab2list(rooms)],
    spawn(fun() -> timer:sleep(300), halt(0, [{flush, false}]) end),
    {ok, State};
handle_event(_, State) -> {ok, State}.
handle_call(_, State) -> {ok, ok, State}.
