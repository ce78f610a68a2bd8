;; Batched matrix product of 32-bit floats for TensorFlow.js's wasm backend, on that backend's own memory.
;; c[b] = op(a[b]) · op(b[b]); either operand may be transposed: both are read through strides, all in bytes. Eight columns
;; of b at a time are copied side by side into a panel, which the tiles then stream through. Only + and · of IEEE single
;; precision are used, in one fixed order, so results are the same on every machine.
(module
  (import "tfjs" "memory" (memory 1 65536))

  ;; 4 rows × 8 columns of the product: c[i, 0…7] = Σₖ a[i, k] · panel[k, 0…7].
  (func $tile4
    (param $a i32) (param $panel i32) (param $c i32) (param $depth i32)
    (param $a_row i32) (param $a_step i32) (param $c_row i32)
    (local $a0 i32) (local $left0 v128) (local $right0 v128)
    (local $a1 i32) (local $left1 v128) (local $right1 v128)
    (local $a2 i32) (local $left2 v128) (local $right2 v128)
    (local $a3 i32) (local $left3 v128) (local $right3 v128)
    (local $value v128) (local $panel_left v128) (local $panel_right v128)
    (local.set $a0 (local.get $a))
    (local.set $a1 (i32.add (local.get $a0) (local.get $a_row)))
    (local.set $a2 (i32.add (local.get $a1) (local.get $a_row)))
    (local.set $a3 (i32.add (local.get $a2) (local.get $a_row)))
    (loop $next
      (local.set $panel_left (v128.load (local.get $panel)))
      (local.set $panel_right (v128.load offset=16 (local.get $panel)))
      (local.set $value (v128.load32_splat (local.get $a0)))
      (local.set $left0 (f32x4.add (local.get $left0) (f32x4.mul (local.get $value) (local.get $panel_left))))
      (local.set $right0 (f32x4.add (local.get $right0) (f32x4.mul (local.get $value) (local.get $panel_right))))
      (local.set $a0 (i32.add (local.get $a0) (local.get $a_step)))
      (local.set $value (v128.load32_splat (local.get $a1)))
      (local.set $left1 (f32x4.add (local.get $left1) (f32x4.mul (local.get $value) (local.get $panel_left))))
      (local.set $right1 (f32x4.add (local.get $right1) (f32x4.mul (local.get $value) (local.get $panel_right))))
      (local.set $a1 (i32.add (local.get $a1) (local.get $a_step)))
      (local.set $value (v128.load32_splat (local.get $a2)))
      (local.set $left2 (f32x4.add (local.get $left2) (f32x4.mul (local.get $value) (local.get $panel_left))))
      (local.set $right2 (f32x4.add (local.get $right2) (f32x4.mul (local.get $value) (local.get $panel_right))))
      (local.set $a2 (i32.add (local.get $a2) (local.get $a_step)))
      (local.set $value (v128.load32_splat (local.get $a3)))
      (local.set $left3 (f32x4.add (local.get $left3) (f32x4.mul (local.get $value) (local.get $panel_left))))
      (local.set $right3 (f32x4.add (local.get $right3) (f32x4.mul (local.get $value) (local.get $panel_right))))
      (local.set $a3 (i32.add (local.get $a3) (local.get $a_step)))
      (local.set $panel (i32.add (local.get $panel) (i32.const 32)))
      (br_if $next (local.tee $depth (i32.sub (local.get $depth) (i32.const 1)))))
    (v128.store (local.get $c) (local.get $left0))
    (v128.store offset=16 (local.get $c) (local.get $right0))
    (local.set $c (i32.add (local.get $c) (local.get $c_row)))
    (v128.store (local.get $c) (local.get $left1))
    (v128.store offset=16 (local.get $c) (local.get $right1))
    (local.set $c (i32.add (local.get $c) (local.get $c_row)))
    (v128.store (local.get $c) (local.get $left2))
    (v128.store offset=16 (local.get $c) (local.get $right2))
    (local.set $c (i32.add (local.get $c) (local.get $c_row)))
    (v128.store (local.get $c) (local.get $left3))
    (v128.store offset=16 (local.get $c) (local.get $right3)))

  ;; 1 row × 8 columns of the product: c[i, 0…7] = Σₖ a[i, k] · panel[k, 0…7].
  (func $tile1
    (param $a i32) (param $panel i32) (param $c i32) (param $depth i32)
    (param $a_row i32) (param $a_step i32) (param $c_row i32)
    (local $a0 i32) (local $left0 v128) (local $right0 v128)
    (local $value v128) (local $panel_left v128) (local $panel_right v128)
    (local.set $a0 (local.get $a))
    (loop $next
      (local.set $panel_left (v128.load (local.get $panel)))
      (local.set $panel_right (v128.load offset=16 (local.get $panel)))
      (local.set $value (v128.load32_splat (local.get $a0)))
      (local.set $left0 (f32x4.add (local.get $left0) (f32x4.mul (local.get $value) (local.get $panel_left))))
      (local.set $right0 (f32x4.add (local.get $right0) (f32x4.mul (local.get $value) (local.get $panel_right))))
      (local.set $a0 (i32.add (local.get $a0) (local.get $a_step)))
      (local.set $panel (i32.add (local.get $panel) (i32.const 32)))
      (br_if $next (local.tee $depth (i32.sub (local.get $depth) (i32.const 1)))))
    (v128.store (local.get $c) (local.get $left0))
    (v128.store offset=16 (local.get $c) (local.get $right0)))

  ;; Copies `width` columns of b (at most 8) into the panel [depth, 8], with zeros in the columns that are not there.
  (func $pack
    (param $b i32) (param $panel i32) (param $depth i32) (param $width i32)
    (param $b_step i32) (param $b_column i32)
    (local $column i32) (local $from i32) (local $to i32) (local $left i32)
    (loop $columns
      (local.set $from (i32.add (local.get $b) (i32.mul (local.get $column) (local.get $b_column))))
      (local.set $to (i32.add (local.get $panel) (i32.shl (local.get $column) (i32.const 2))))
      (local.set $left (local.get $depth))
      (if (i32.lt_u (local.get $column) (local.get $width))
        (then
          (loop $rows
            (f32.store (local.get $to) (f32.load (local.get $from)))
            (local.set $from (i32.add (local.get $from) (local.get $b_step)))
            (local.set $to (i32.add (local.get $to) (i32.const 32)))
            (br_if $rows (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))
        (else
          (loop $rows
            (f32.store (local.get $to) (f32.const 0))
            (local.set $to (i32.add (local.get $to) (i32.const 32)))
            (br_if $rows (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))))
      (br_if $columns
        (i32.lt_u (local.tee $column (i32.add (local.get $column) (i32.const 1))) (i32.const 8)))))

  ;; The same for eight columns that lie side by side.
  (func $pack_adjacent (param $b i32) (param $panel i32) (param $depth i32) (param $b_step i32)
    (loop $rows
      (v128.store (local.get $panel) (v128.load (local.get $b)))
      (v128.store offset=16 (local.get $panel) (v128.load offset=16 (local.get $b)))
      (local.set $b (i32.add (local.get $b) (local.get $b_step)))
      (local.set $panel (i32.add (local.get $panel) (i32.const 32)))
      (br_if $rows (local.tee $depth (i32.sub (local.get $depth) (i32.const 1))))))

  ;; Copies the first `width` of the 8 floats of each of `rows` rows of a tile.
  (func $unpack (param $tile i32) (param $c i32) (param $rows i32) (param $width i32) (param $c_row i32)
    (local $column i32)
    (loop $next
      (local.set $column (i32.const 0))
      (loop $columns
        (f32.store
          (i32.add (local.get $c) (i32.shl (local.get $column) (i32.const 2)))
          (f32.load (i32.add (local.get $tile) (i32.shl (local.get $column) (i32.const 2)))))
        (br_if $columns
          (i32.lt_u (local.tee $column (i32.add (local.get $column) (i32.const 1))) (local.get $width))))
      (local.set $tile (i32.add (local.get $tile) (i32.const 32)))
      (local.set $c (i32.add (local.get $c) (local.get $c_row)))
      (br_if $next (local.tee $rows (i32.sub (local.get $rows) (i32.const 1))))))

  ;; All rows of at most eight columns: c[0…rows, 0…width] = a · panel. A part of a panel goes through the tile, 128 bytes
  ;; of scratch memory.
  (func $column_block
    (param $a i32) (param $panel i32) (param $c i32) (param $tile i32) (param $rows i32) (param $width i32)
    (param $depth i32) (param $a_row i32) (param $a_step i32) (param $c_row i32)
    (local $taken i32) (local $target i32) (local $target_row i32)
    (local.set $target_row (select (local.get $c_row) (i32.const 32) (i32.eq (local.get $width) (i32.const 8))))
    (loop $next
      (local.set $target (select (local.get $c) (local.get $tile) (i32.eq (local.get $width) (i32.const 8))))
      (if (i32.ge_u (local.get $rows) (i32.const 4))
        (then
          (local.set $taken (i32.const 4))
          (call $tile4 (local.get $a) (local.get $panel) (local.get $target) (local.get $depth)
            (local.get $a_row) (local.get $a_step) (local.get $target_row)))
        (else
          (local.set $taken (i32.const 1))
          (call $tile1 (local.get $a) (local.get $panel) (local.get $target) (local.get $depth)
            (local.get $a_row) (local.get $a_step) (local.get $target_row))))
      (if (i32.lt_u (local.get $width) (i32.const 8))
        (then
          (call $unpack (local.get $tile) (local.get $c) (local.get $taken) (local.get $width) (local.get $c_row))))
      (local.set $a (i32.add (local.get $a) (i32.mul (local.get $taken) (local.get $a_row))))
      (local.set $c (i32.add (local.get $c) (i32.mul (local.get $taken) (local.get $c_row))))
      (br_if $next (local.tee $rows (i32.sub (local.get $rows) (local.get $taken))))))

  ;; The whole product. Sizes are at least 1; `scratch` has room for the tile and a panel: 128 + 32 · depth bytes.
  (func (export "matmul")
    (param $a i32) (param $b i32) (param $c i32) (param $scratch i32)
    (param $batch i32) (param $rows i32) (param $columns i32) (param $depth i32)
    (param $a_row i32) (param $a_step i32) (param $a_batch i32)
    (param $b_step i32) (param $b_column i32) (param $b_batch i32)
    (local $column i32) (local $width i32) (local $from i32) (local $panel i32) (local $c_row i32)
    (local.set $panel (i32.add (local.get $scratch) (i32.const 128)))
    (local.set $c_row (i32.shl (local.get $columns) (i32.const 2)))
    (loop $batches
      (local.set $column (i32.const 0))
      (loop $blocks
        (local.set $width (i32.sub (local.get $columns) (local.get $column)))
        (if (i32.gt_u (local.get $width) (i32.const 8)) (then (local.set $width (i32.const 8))))
        (local.set $from (i32.add (local.get $b) (i32.mul (local.get $column) (local.get $b_column))))
        (if (i32.and (i32.eq (local.get $width) (i32.const 8)) (i32.eq (local.get $b_column) (i32.const 4)))
          (then
            (call $pack_adjacent (local.get $from) (local.get $panel) (local.get $depth) (local.get $b_step)))
          (else
            (call $pack (local.get $from) (local.get $panel) (local.get $depth) (local.get $width)
              (local.get $b_step) (local.get $b_column))))
        (call $column_block
          (local.get $a) (local.get $panel)
          (i32.add (local.get $c) (i32.shl (local.get $column) (i32.const 2)))
          (local.get $scratch) (local.get $rows) (local.get $width) (local.get $depth)
          (local.get $a_row) (local.get $a_step) (local.get $c_row))
        (br_if $blocks
          (i32.lt_u (local.tee $column (i32.add (local.get $column) (i32.const 8))) (local.get $columns))))
      (local.set $a (i32.add (local.get $a) (local.get $a_batch)))
      (local.set $b (i32.add (local.get $b) (local.get $b_batch)))
      (local.set $c (i32.add (local.get $c) (i32.mul (local.get $rows) (local.get $c_row))))
      (br_if $batches (local.tee $batch (i32.sub (local.get $batch) (i32.const 1)))))))
